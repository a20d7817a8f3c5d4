import { z } from 'zod';
import { accountActivity, activity } from './activity.ts';
import { rule } from './createToFacts.ts';
import { idOrNull, text } from './fields.ts';

const moved = z.object({ previous_owner_app_id: idOrNull, new_owner_app_id: idOrNull, metadata: text });
const requested = z.object({ requested_owner_app_id: idOrNull, metadata: text });

function control(field: string, action: 'PASSED' | 'TAKEN') {
  return rule(field, moved, ({ previous_owner_app_id: fromAppId, new_owner_app_id: toAppId, metadata }, scene) => [
    activity(scene, 'CONTROL_CHANGED', { action, fromAppId, toAppId, metadata }),
  ]);
}

/**
 * Which app has a thread in hand, when several are connected to the account.
 * https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_handovers
 */
export const handoverRules = [
  control('pass_thread_control', 'PASSED'),
  control('take_thread_control', 'TAKEN'),
  rule('request_thread_control', requested, ({ requested_owner_app_id: toAppId, metadata }, scene) => [
    activity(scene, 'CONTROL_CHANGED', { action: 'REQUESTED', toAppId, metadata }),
  ]),
  /** Of the whole account: by app, what it may do. */
  rule('app_roles', z.record(z.string().regex(/^\d{1,32}$/), z.array(text)), (roles, scene) => {
    const byApp = Object.entries(roles).map(([appId, of]) => [appId, of.join(', ')] as const);
    return [accountActivity(scene, 'CONTROL_CHANGED', { action: 'ROLES', ...Object.fromEntries(byApp) })];
  }),
];
