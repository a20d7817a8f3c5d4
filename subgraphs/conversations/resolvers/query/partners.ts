import { connectionOf, pageRequest } from '#platform/graphql/connection.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { QueryResolvers } from '../../generated/resolvers.ts';
import { cursorOf } from '../../queries/keyset.ts';
import { partnerKeyPage } from '../../queries/partnerKeys.ts';
import { pageLimits } from '../pages.ts';

export const partnerQueries = {
  partnerKeys: async (_parent, { partner, ...args }, { identity, read }) => {
    const { companyId } = requirePermission(identity, 'partners:manage');
    const page = pageRequest(args, pageLimits);
    const rows = await read((sql) => partnerKeyPage(sql, companyId, partner, page));
    return connectionOf(rows, page, ({ createdAt, id }) => cursorOf(createdAt, id));
  },
} satisfies QueryResolvers;
