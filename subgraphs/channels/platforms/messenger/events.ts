import { z } from 'zod';
import { id, text, time } from '../meta/fields.ts';

/** https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-deliveries */
export const delivery = z.object({ mids: z.array(id).nullish(), watermark: time.nullish() });

/** https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-reads */
export const read = z.object({ watermark: time.nullish() });

/**
 * The code that the company's own login gave out stays out: it proves who somebody is.
 * https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_account_linking
 */
export const accountLinking = z.object({ status: z.enum(['linked', 'unlinked']) });

/** https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_policy_enforcement */
export const policyEnforcement = z.object({ action: text, reason: text });
