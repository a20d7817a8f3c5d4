import type { QueryResolvers } from '../generated/resolvers.ts';
import { readFilter, readRange } from './arguments.ts';

export const Query: QueryResolvers = {
  dashboard: (_parent, { range, filter }, { identity }) => ({
    span: readRange(range),
    scope: { companyId: identity.companyId, filter: readFilter(filter ?? {}) },
  }),
};
