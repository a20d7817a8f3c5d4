import { Poison } from '#platform/events/errors.ts';
import { instantOf } from '../fields.ts';
import type { InboundChannel, InboundFact, InboundReceipt } from '../inbound.ts';
import { failureOf } from '../meta/refusals.ts';
import type { WhatsappStatus, WhatsappValue } from './events.ts';
import { otherSide } from './who.ts';

const statuses: ReadonlyMap<string, InboundReceipt['status']> = new Map([
  ['sent', 'SENT'],
  ['delivered', 'DELIVERED'],
  ['read', 'READ'],
  // A voice message that was listened to.
  ['played', 'READ'],
  ['failed', 'FAILED'],
]);

/** What became of a message of ours (https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status/). */
export function statusFacts(
  channel: InboundChannel,
  told: WhatsappStatus,
  { contacts }: WhatsappValue,
): readonly InboundFact[] {
  const status = statuses.get(told.status);
  if (!status) throw Poison.because(`no rule for statuses of kind ${told.status}`);
  const toGroup = told.recipient_type === 'group';
  const { threadExternalId } = otherSide(
    { number: told.recipient_id, userId: told.recipient_user_id, groupId: toGroup ? told.recipient_id : undefined },
    contacts,
  );
  return [
    {
      kind: 'receipt',
      channelId: channel.id,
      threadExternalId,
      status,
      of: { externalMessageIds: [told.id] },
      at: instantOf(told.timestamp),
      failure: status === 'FAILED' ? failureOf(told.errors?.[0]) : null,
      reference: told.biz_opaque_callback_data || null,
    },
  ];
}
