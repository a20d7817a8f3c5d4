import { requirePermission } from '../../access/permissions.ts';
import { markNotificationsRead } from '../../commands/markNotificationsRead.ts';
import { updateNotificationSettings } from '../../commands/updateNotificationSettings.ts';
import type { MutationResolvers } from '../../generated/resolvers.ts';
import { notificationKinds, unreadNotificationCount } from '../../queries/notifications.ts';

export const notificationMutations = {
  async markNotificationsRead(_parent, { input }, { identity, run, read }) {
    const outcome = await run((database) => markNotificationsRead(database, identity, input));
    if (!('userErrors' in outcome)) return { unreadNotificationCount: outcome.unread, userErrors: [] };
    const agent = requirePermission(identity, 'own:keep');
    return { ...outcome, unreadNotificationCount: await read((sql) => unreadNotificationCount(sql, agent)) };
  },

  async updateNotificationSettings(_parent, { input }, { identity, run, read }) {
    await run((database) => updateNotificationSettings(database, identity, input));
    const agent = requirePermission(identity, 'own:keep');
    return { notificationSettings: { kinds: await read((sql) => notificationKinds(sql, agent)) }, userErrors: [] };
  },
} satisfies MutationResolvers;
