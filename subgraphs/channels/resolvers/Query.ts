import { notFound } from '#platform/graphql/errors.ts';
import type { QueryResolvers } from '../generated/resolvers.ts';

export const Query: QueryResolvers = {
  async company(_parent, _args, { identity, loaders }) {
    const company = await loaders.company.load(identity.companyId);
    if (!company) throw notFound('The company of these credentials does not exist');
    return company;
  },
  channel: (_parent, { id }, { loaders }) => loaders.channel.load(id),
  channels: (_parent, _args, { loaders }) => loaders.channels(),
};
