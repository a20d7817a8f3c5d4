import { connectionOf, pageRequest } from '#platform/graphql/connection.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { QueryResolvers } from '../../generated/resolvers.ts';
import { cursorOf } from '../../queries/keyset.ts';
import { privacyJobPage } from '../../queries/privacyJobs.ts';
import { pageLimits } from '../pages.ts';

export const privacyQueries = {
  privacyJob: (_parent, { id }, { identity, loaders }) => {
    requirePermission(identity, 'privacy:act');
    return loaders.privacyJob.load(id);
  },

  privacyJobs: async (_parent, args, { identity, read }) => {
    const { companyId } = requirePermission(identity, 'privacy:act');
    const page = pageRequest(args, pageLimits);
    const rows = await read((sql) => privacyJobPage(sql, companyId, page));
    return connectionOf(rows, page, ({ requestedAt, id }) => cursorOf(requestedAt, id));
  },
} satisfies QueryResolvers;
