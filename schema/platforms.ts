import type { Platform } from './events/values.ts';

const HOUR_MS = 60 * 60 * 1_000;

/** How long after a person wrote the company may still write, in milliseconds; null is for ever. */
interface MessagingWindow {
  readonly standardMs: number | null;
  /** For answers of people, with the permission for it. The same as the standard where the platform has no such rule. */
  readonly humanAgentMs: number | null;
}

const meta: MessagingWindow = { standardMs: 24 * HOUR_MS, humanAgentMs: 7 * 24 * HOUR_MS };
const unlimited: MessagingWindow = { standardMs: null, humanAgentMs: null };

/**
 * The platforms' own rule. Messenger and Instagram: 24 hours, and 7 days with the tag HUMAN_AGENT
 * (https://developers.facebook.com/docs/messenger-platform/policy/policy-overview); WhatsApp: the 24 hours of the customer
 * service window (https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages).
 */
export const messagingWindows: Readonly<Record<Platform, MessagingWindow>> = {
  MESSENGER: meta,
  INSTAGRAM: meta,
  WHATSAPP: { standardMs: 24 * HOUR_MS, humanAgentMs: 24 * HOUR_MS },
  TELEGRAM: unlimited,
  WEB_CHAT: unlimited,
};

interface MessageRevisions {
  readonly edit: boolean;
  /** How long after it was sent; 0 is never. */
  readonly deleteWithinMs: number;
  /** Why it is refused, for whoever wants it. */
  readonly why: string;
}

const none: Omit<MessageRevisions, 'why'> = { edit: false, deleteWithinMs: 0 };

/**
 * What may be done to a message that the contact has. A Telegram bot edits its own at any time and deletes them for 48 hours
 * (https://core.telegram.org/bots/api#deletemessage); the interfaces of Meta's platforms know neither.
 */
export const messageRevisions: Readonly<Record<Platform, MessageRevisions>> = {
  MESSENGER: { ...none, why: 'Messenger lets no message be changed or deleted once it was sent.' },
  INSTAGRAM: { ...none, why: 'Instagram lets no message be changed or deleted once it was sent.' },
  WHATSAPP: { ...none, why: 'WhatsApp lets businesses change or delete no message once it was sent.' },
  TELEGRAM: { edit: true, deleteWithinMs: 48 * HOUR_MS, why: 'Telegram lets a message be deleted for 48 hours.' },
  WEB_CHAT: { edit: true, deleteWithinMs: Infinity, why: '' },
};

/** Which rule lets a message out now: the standard one, only that for people, or none. */
export function messagingWindowAt(
  platform: Platform,
  { lastInboundAt, at }: { readonly lastInboundAt: Date | null; readonly at: Date },
): 'STANDARD' | 'HUMAN_AGENT' | 'CLOSED' {
  const { standardMs, humanAgentMs } = messagingWindows[platform];
  if (standardMs === null || humanAgentMs === null) return 'STANDARD';
  // Nothing is known of when they wrote: the platform will say.
  if (!lastInboundAt) return 'STANDARD';
  const age = at.getTime() - lastInboundAt.getTime();
  if (age <= standardMs) return 'STANDARD';
  return age <= humanAgentMs ? 'HUMAN_AGENT' : 'CLOSED';
}
