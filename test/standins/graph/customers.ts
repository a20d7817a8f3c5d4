import type { ToldAccount, ToldNumber } from './accounts.ts';
import { messageId } from './messagingApi.ts';
import { messagingEvent, platformOf, seconds, whatsAppEvent, type WebhookEvent } from './webhookEvents.ts';

export interface Customer {
  /** PSID, IGSID, phone number, or WhatsApp's id of somebody who hides it. */
  readonly id: string;
  readonly name?: string;
  readonly username?: string;
  readonly picture?: string;
}

/** What a customer writes. */
export interface Inbound {
  /** The page, the Instagram account, the phone number id. */
  readonly accountId: string;
  readonly from: Customer;
  readonly text?: string;
  /** What the button that says the text stands for. */
  readonly payload?: string;
  /** Instagram: the company's story that it answers. */
  readonly story?: { readonly id: string; readonly url: string };
  /** One that the stand-in keeps. */
  readonly file?: {
    readonly type: 'image' | 'video' | 'audio' | 'document';
    readonly id: string;
    readonly url: string;
    readonly mimeType: string;
    readonly sha256: string;
  };
  readonly replyTo?: string;
  /** @default now */
  readonly at?: Date;
}

/** The webhook by which Meta tells of it, and the message's id. */
export function inboundEvent(
  account: ToldAccount,
  inbound: Inbound,
): { readonly id: string; readonly event: WebhookEvent } {
  if (account.kind === 'whatsapp') return whatsAppInbound(account, inbound);
  const { accountId, from, text, payload, story, file, replyTo, at = new Date() } = inbound;
  const platform = platformOf(account, accountId);
  const id = messageId(platform);
  const message = {
    mid: id,
    ...(text !== undefined && { text }),
    ...(file && { attachments: [{ type: file.type === 'document' ? 'file' : file.type, payload: { url: file.url } }] }),
    ...(payload !== undefined && { quick_reply: { payload } }),
    ...(story && { reply_to: { story } }),
    ...(replyTo !== undefined && { reply_to: { mid: replyTo } }),
  };
  const event = { sender: { id: from.id }, recipient: { id: accountId }, timestamp: at.getTime(), message };
  return { id, event: messagingEvent(platform, accountId, 'messages', event) };
}

function whatsAppInbound(account: ToldNumber, inbound: Inbound) {
  const { from, replyTo, at } = inbound;
  const id = messageId('WHATSAPP');
  const message = {
    id,
    timestamp: seconds(at?.getTime()),
    ...(replyTo !== undefined && { context: { from: account.displayPhoneNumber, id: replyTo } }),
    ...whatsAppContent(inbound),
  };
  return { id, event: whatsAppMessage(account, from, message) };
}

/** @param message Its id, its time, and what it says. */
export function whatsAppMessage(account: ToldNumber, from: Customer, message: object): WebhookEvent {
  const isPhone = /^\d+$/.test(from.id);
  const contact = {
    profile: { name: from.name ?? from.id, ...(from.username !== undefined && { username: from.username }) },
    ...(isPhone ? { wa_id: from.id } : { user_id: from.id }),
  };
  const sender = isPhone ? { from: from.id } : { from_user_id: from.id };
  return whatsAppEvent(account, { contacts: [contact], messages: [{ ...sender, ...message }] });
}

function whatsAppContent({ text = '', payload, file }: Inbound): object {
  if (payload !== undefined) {
    return { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: payload, title: text } } };
  }
  if (!file) return { type: 'text', text: { body: text } };
  const { type, id, mimeType, sha256 } = file;
  const media = { id, mime_type: mimeType, sha256, ...(text && { caption: text }) };
  return { type, [type]: media };
}
