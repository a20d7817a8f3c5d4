import type { QueryResolvers } from '../../generated/resolvers.ts';

export const channels: NonNullable<QueryResolvers['channels']> = (_parent, _args, { loaders }) => loaders.channels();
