import type { ToldAccount, ToldNumber } from './accounts.ts';
import type { SentMessage } from './sentMessages.ts';

/** One event as Meta puts it among others in a body: who is told, of which field, and what. */
export interface WebhookEvent {
  readonly accountId: string;
  readonly field: string;
  readonly body: object;
}

/** Of an account, or of the Instagram account behind a page. */
export function platformOf({ kind, id }: ToldAccount, accountId: string): SentMessage['platform'] {
  if (kind === 'whatsapp') return 'WHATSAPP';
  return kind === 'page' && id === accountId ? 'MESSENGER' : 'INSTAGRAM';
}

/**
 * https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-echoes
 *
 * @param appId Of the app that sent it; null when a person wrote it in the platform's own inbox.
 */
export function echoOf(message: SentMessage, appId: string | null): WebhookEvent {
  const { platform, accountId, to, id, type, text, url, replyTo, reference } = message;
  const said = {
    mid: id,
    is_echo: true,
    ...(appId !== null && { app_id: Number(appId) }),
    ...(reference !== null && { metadata: reference }),
    ...(type === 'text' ? { text } : { attachments: [{ type, payload: { url } }] }),
    ...(replyTo !== null && { reply_to: { mid: replyTo } }),
  };
  const event = { sender: { id: accountId }, recipient: { id: to }, timestamp: Date.now(), message: said };
  return messagingEvent(platform, accountId, platform === 'INSTAGRAM' ? 'messages' : 'message_echoes', event);
}

/** What the person's app tells of a message: Instagram of its reading only. */
export function receiptsOf({ platform, accountId, to, id }: SentMessage): readonly WebhookEvent[] {
  const watermark = Date.now();
  const event = { sender: { id: to }, recipient: { id: accountId }, timestamp: watermark };
  if (platform === 'INSTAGRAM') {
    return [messagingEvent(platform, accountId, 'messaging_seen', { ...event, read: { mid: id } })];
  }
  return [
    messagingEvent(platform, accountId, 'message_deliveries', { ...event, delivery: { mids: [id], watermark } }),
    messagingEvent(platform, accountId, 'message_reads', { ...event, read: { watermark } }),
  ];
}

export function messagingEvent(
  platform: SentMessage['platform'],
  accountId: string,
  field: string,
  event: object,
): WebhookEvent {
  const object = platform === 'INSTAGRAM' ? 'instagram' : 'page';
  return { accountId, field, body: { object, entry: [{ id: accountId, time: Date.now(), messaging: [event] }] } };
}

/** https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples */
export function statusesOf(message: SentMessage, account: ToldNumber): readonly WebhookEvent[] {
  const { id, to, reference } = message;
  return (['sent', 'delivered', 'read'] as const).map((status) =>
    whatsAppEvent(account, {
      statuses: [
        {
          id,
          status,
          timestamp: seconds(),
          ...recipientOf(to),
          ...(reference !== null && { biz_opaque_callback_data: reference }),
          ...(status !== 'read' && { pricing: { billable: false, pricing_model: 'PMP', category: 'service' } }),
        },
      ],
    }),
  );
}

function recipientOf(to: string): object {
  if (/^\d+$/.test(to)) return { recipient_id: to };
  return to.includes('.') ? { recipient_user_id: to } : { recipient_id: to, recipient_type: 'group' };
}

export function whatsAppEvent(account: ToldNumber, value: object, field = 'messages'): WebhookEvent {
  const metadata = {
    display_phone_number: account.displayPhoneNumber.replaceAll(/\D/g, ''),
    phone_number_id: account.id,
  };
  const change = { field, value: { messaging_product: 'whatsapp', metadata, ...value } };
  const entry = [{ id: account.businessAccountId, changes: [change] }];
  return { accountId: account.id, field, body: { object: 'whatsapp_business_account', entry } };
}

/** WhatsApp counts in seconds, and says them as a string. */
export function seconds(at = Date.now()): string {
  return String(Math.floor(at / 1_000));
}
