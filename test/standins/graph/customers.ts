import type { GraphAccount, WhatsAppAccount } from './accounts.ts';
import { messageId } from './messagingApi.ts';
import { messagingEvent, seconds, whatsAppEvent, type WebhookEvent } from './webhookEvents.ts';

/** What a customer writes. */
export interface Inbound {
  /** The page, the Instagram account, the phone number id. */
  readonly accountId: string;
  readonly from: {
    /** PSID, IGSID, phone number, or WhatsApp's id of somebody who hides it. */
    readonly id: string;
    readonly name?: string;
    readonly username?: string;
    readonly picture?: string;
  };
  readonly text?: string;
  /** One that the stand-in keeps. */
  readonly file?: {
    readonly type: 'image' | 'video' | 'audio' | 'document';
    readonly id: string;
    readonly url: string;
    readonly mimeType: string;
    readonly sha256: string;
  };
  readonly replyTo?: string;
}

/** The webhook by which Meta tells of it, and the message's id. */
export function inboundEvent(
  account: GraphAccount,
  inbound: Inbound,
): { readonly id: string; readonly event: WebhookEvent } {
  if (account.kind === 'whatsapp') return whatsAppInbound(account, inbound);
  const { accountId, from, text, file, replyTo } = inbound;
  const platform = account.kind === 'page' && account.id === accountId ? 'MESSENGER' : 'INSTAGRAM';
  const id = messageId(platform);
  const message = {
    mid: id,
    ...(text !== undefined && { text }),
    ...(file && { attachments: [{ type: file.type === 'document' ? 'file' : file.type, payload: { url: file.url } }] }),
    ...(replyTo !== undefined && { reply_to: { mid: replyTo } }),
  };
  const event = { sender: { id: from.id }, recipient: { id: accountId }, timestamp: Date.now(), message };
  return { id, event: messagingEvent(platform, accountId, 'messages', event) };
}

function whatsAppInbound(account: WhatsAppAccount, { from, text, file, replyTo }: Inbound) {
  const id = messageId('WHATSAPP');
  const isPhone = /^\d+$/.test(from.id);
  const contact = {
    profile: { name: from.name ?? from.id, ...(from.username !== undefined && { username: from.username }) },
    ...(isPhone ? { wa_id: from.id } : { user_id: from.id }),
  };
  const message = {
    ...(isPhone ? { from: from.id } : { from_user_id: from.id }),
    id,
    timestamp: seconds(),
    ...(replyTo !== undefined && { context: { from: account.displayPhoneNumber, id: replyTo } }),
    ...whatsAppContent(text, file),
  };
  return { id, event: whatsAppEvent(account, { contacts: [contact], messages: [message] }) };
}

function whatsAppContent(text: string | undefined, file: Inbound['file']): object {
  if (!file) return { type: 'text', text: { body: text ?? '' } };
  const { type, id, mimeType, sha256 } = file;
  const media = { id, mime_type: mimeType, sha256, ...(text !== undefined && { caption: text }) };
  return { type, [type]: media };
}
