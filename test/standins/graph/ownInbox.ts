import type { ToldAccount } from './accounts.ts';
import { messageId } from './messagingApi.ts';
import type { SentMessage } from './sentMessages.ts';
import {
  echoOf,
  platformOf,
  receiptsOf,
  seconds,
  statusesOf,
  whatsAppEvent,
  type WebhookEvent,
} from './webhookEvents.ts';

/** What somebody of the company writes in the platform's own inbox, or on WhatsApp in the app on their phone. */
export interface OwnWords {
  /** The page, the Instagram account, the phone number id. */
  readonly accountId: string;
  readonly to: string;
  readonly text: string;
}

/** The webhook by which Meta tells of it, the message's id, and what it tells later, when the person has read it. */
export function ownInboxEvents(
  account: ToldAccount,
  { accountId, to, text }: OwnWords,
): { readonly id: string; readonly event: WebhookEvent; readonly receipts: readonly WebhookEvent[] } {
  const platform = platformOf(account, accountId);
  const id = messageId(platform);
  const message: SentMessage = {
    platform,
    accountId,
    to,
    id,
    type: 'text',
    text,
    url: null,
    replyTo: null,
    tag: null,
    reference: null,
    at: new Date().toISOString(),
  };
  if (account.kind !== 'whatsapp') return { id, event: echoOf(message, null), receipts: receiptsOf(message) };
  const from = account.displayPhoneNumber.replaceAll(/\D/g, '');
  const timestamp = seconds();
  const echo = { from, to, id, timestamp, type: 'text', text: { body: text } };
  const event = whatsAppEvent(account, { message_echoes: [echo] }, 'smb_message_echoes');
  return { id, event, receipts: statusesOf(message, account) };
}
