import type { QueryResolvers } from '../../generated/resolvers.ts';

export const channel: NonNullable<QueryResolvers['channel']> = (_parent, { id }, { loaders }) =>
  loaders.channel.load(id);
