import { z } from 'zod';
import { id } from './values.ts';

/**
 * Somebody is writing, or has stopped. True for a moment and of no interest afterwards, so it goes over core NATS: who is
 * not listening misses it, and nobody keeps it.
 */
export const typingSignal = z.object({
  conversationId: id,
  channelId: id,
  /** The thread in the platform's own ids: for a web chat, the visitor. */
  threadExternalId: z.string().min(1),
  author: z.object({ kind: z.enum(['AGENT', 'BOT', 'CONTACT']), id: z.string().min(1), name: z.string().nullable() }),
  isTyping: z.boolean(),
});
export type TypingSignal = z.output<typeof typingSignal>;

/** `*` for all companies. */
export function typingSubject(companyId: string): string {
  return `signals.${companyId}.typing`;
}
