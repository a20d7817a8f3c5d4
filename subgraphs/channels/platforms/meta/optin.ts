import { z } from 'zod';
import { activity } from './activity.ts';
import { rule } from './createToFacts.ts';
import { text } from './fields.ts';

const optin = z.object({ type: text, title: text, payload: text, ref: text, notification_messages_status: text });

/**
 * The person wants to hear from the company; `status` says when they stop it or go on with it. The token for such messages
 * stays out: whoever has it may write to the person.
 * https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_optins
 */
export const optinRule = rule('optin', optin, ({ notification_messages_status: status, ...detail }, scene) => [
  activity(scene, 'OPTED_IN', { ...detail, status }),
]);
