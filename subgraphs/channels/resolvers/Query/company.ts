import { notFound } from '#platform/graphql/errors.ts';
import type { QueryResolvers } from '../../generated/resolvers.ts';

export const company: NonNullable<QueryResolvers['company']> = async (_parent, _args, { identity, loaders }) => {
  const row = await loaders.company.load(identity.companyId);
  if (!row) throw notFound('The company of these credentials does not exist');
  return row;
};
