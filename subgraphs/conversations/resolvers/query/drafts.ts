import { connectionOf, pageRequest } from '#platform/graphql/connection.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { QueryResolvers } from '../../generated/resolvers.ts';
import { draftPage } from '../../queries/drafts.ts';
import { cursorOf } from '../../queries/keyset.ts';
import { pageLimits } from '../pages.ts';

export const draftQueries = {
  drafts: async (_parent, args, { identity, read }) => {
    const agent = requirePermission(identity, 'own:keep');
    const page = pageRequest(args, pageLimits);
    const rows = await read((sql) => draftPage(sql, agent, page));
    return connectionOf(rows, page, ({ updatedAt, id }) => cursorOf(updatedAt, id));
  },
} satisfies QueryResolvers;
