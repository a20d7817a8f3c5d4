import { randomUUID } from 'node:crypto';
import type { ToldAccount, ToldNumber } from './accounts.ts';
import { whatsAppMessage, type Customer } from './customers.ts';
import { messagingEvent, platformOf, seconds, type WebhookEvent } from './webhookEvents.ts';

/** What a customer does with a message that is there: their own, or to react to, the company's. */
export type Change = {
  /** The page, the Instagram account, the phone number id. */
  readonly accountId: string;
  readonly from: Customer;
  readonly messageId: string;
} & (
  | {
      readonly kind: 'edit';
      readonly text: string;
      /** The how manieth edit it is. */
      readonly revision: number;
    }
  /** Null takes it back. */
  | { readonly kind: 'reaction'; readonly emoji: string | null }
  /** Not on Messenger, which tells nobody. */
  | { readonly kind: 'unsend' }
);

/** The webhook by which Meta tells of it. */
export function changeEvent(account: ToldAccount, change: Change): WebhookEvent {
  if (account.kind === 'whatsapp') return whatsAppChange(account, change);
  const { accountId, from } = change;
  const platform = platformOf(account, accountId);
  const { field, told } = messagingChange(platform, change);
  const event = { sender: { id: from.id }, recipient: { id: accountId }, timestamp: Date.now(), ...told };
  return messagingEvent(platform, accountId, field, event);
}

function messagingChange(platform: string, change: Change): { readonly field: string; readonly told: object } {
  const mid = change.messageId;
  switch (change.kind) {
    case 'edit': {
      const field = platform === 'INSTAGRAM' ? 'message_edit' : 'message_edits';
      return { field, told: { message_edit: { mid, text: change.text, num_edit: change.revision } } };
    }
    case 'reaction': {
      const { emoji } = change;
      const reaction = emoji === null ? { mid, action: 'unreact' } : { mid, action: 'react', reaction: 'other', emoji };
      return { field: 'message_reactions', told: { reaction } };
    }
    case 'unsend':
      return { field: 'messages', told: { message: { mid, is_deleted: true } } };
  }
}

/** On WhatsApp it comes as a message. */
function whatsAppChange(account: ToldNumber, change: Change): WebhookEvent {
  const message = { id: `wamid.${randomUUID()}`, timestamp: seconds() };
  return whatsAppMessage(account, change.from, { ...message, ...whatsAppContent(change) });
}

function whatsAppContent(change: Change): object {
  const original = { original_message_id: change.messageId };
  switch (change.kind) {
    case 'edit':
      return { type: 'edit', edit: { ...original, message: { type: 'text', text: { body: change.text } } } };
    case 'reaction':
      return { type: 'reaction', reaction: { message_id: change.messageId, emoji: change.emoji ?? '' } };
    case 'unsend':
      return { type: 'revoke', revoke: original };
  }
}
