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

/**
 * Who looks at a conversation now: all of them, so that nobody has to have heard what was said before. Each goes by
 * themselves in time when nothing more is heard of them.
 */
export const viewersSignal = z.object({
  conversationId: id,
  viewers: z.array(z.object({ agentId: id, leavesInMs: z.int().positive() })),
});
export type ViewersSignal = z.output<typeof viewersSignal>;

/** Figures of a company are others than before, and can be asked for. */
export const figuresSignal = z.object({
  /** Whose figures, from when to when, in milliseconds; null: of any time. */
  span: z.object({ from: z.int(), to: z.int() }).nullable(),
});
export type FiguresSignal = z.output<typeof figuresSignal>;

/** `*` for all companies. */
export function figuresSubject(companyId: string): string {
  return `signals.${companyId}.figures`;
}

/** `*` for all companies. */
export function typingSubject(companyId: string): string {
  return `signals.${companyId}.typing`;
}

/** `*` for all companies. */
export function viewersSubject(companyId: string): string {
  return `signals.${companyId}.viewers`;
}

/**
 * What is known of an answer that somebody waits for, before it is complete: the passages, and then the text, each time all of it so
 * far. Who misses some has it all at the end.
 */
export const answerSignal = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('PASSAGES'),
    answerId: id,
    passages: z.array(z.object({ documentId: id, heading: z.string(), text: z.string(), score: z.number() })),
  }),
  z.object({ kind: z.literal('TEXT'), answerId: id, text: z.string() }),
]);
export type AnswerSignal = z.output<typeof answerSignal>;

/** `*` for all companies. */
export function answerSubject(companyId: string): string {
  return `signals.${companyId}.answers`;
}

/** Something about the company's partners is not as it was: what is remembered of their keys has to be asked anew. */
export const partnersSignal = z.object({ change: z.enum(['KEY', 'OPERATIONS']) });
export type PartnersSignal = z.output<typeof partnersSignal>;

/** `*` for all companies. */
export function partnersSubject(companyId: string): string {
  return `signals.${companyId}.partners`;
}
