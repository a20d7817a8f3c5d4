import { connectionOf, pageRequest } from '#platform/graphql/connection.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { QueryResolvers } from '../../generated/resolvers.ts';
import { cursorOf } from '../../queries/keyset.ts';
import { notificationKinds, notificationPage, unreadNotificationCount } from '../../queries/notifications.ts';
import { pageLimits } from '../pages.ts';

export const notificationQueries = {
  notifications: async (_parent, { unread, ...args }, { identity, read }) => {
    const agent = requirePermission(identity, 'own:keep');
    const page = pageRequest(args, pageLimits);
    const rows = await read((sql) => notificationPage(sql, agent, unread, page));
    return connectionOf(rows, page, ({ createdAt, id }) => cursorOf(createdAt, id));
  },

  unreadNotificationCount: (_parent, _args, { identity, read }) => {
    const agent = requirePermission(identity, 'own:keep');
    return read((sql) => unreadNotificationCount(sql, agent));
  },

  notificationSettings: async (_parent, _args, { identity, read }) => {
    const agent = requirePermission(identity, 'own:keep');
    return { kinds: await read((sql) => notificationKinds(sql, agent)) };
  },
} satisfies QueryResolvers;
