import { connectionOf, pageRequest } from '#platform/graphql/connection.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { QueryResolvers } from '../../generated/resolvers.ts';
import { auditPage } from '../../queries/auditLog.ts';
import { cursorOf } from '../../queries/keyset.ts';
import { pageLimits } from '../pages.ts';

export const auditQueries = {
  auditLog: async (_parent, { filter, ...args }, { identity, read }) => {
    const { companyId } = requirePermission(identity, 'audit:read');
    const page = pageRequest(args, pageLimits);
    const rows = await read((sql) => auditPage(sql, companyId, filter ?? {}, page));
    return connectionOf(rows, page, ({ occurredAt, id }) => cursorOf(occurredAt, id));
  },
} satisfies QueryResolvers;
