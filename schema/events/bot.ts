import { z } from 'zod';
import { conversationFacts } from './conversations.ts';
import { id, instant } from './values.ts';

/** Why the bot leaves a conversation to people. */
export const handOverReason = z.enum([
  'ASKED_FOR_PERSON',
  'NOT_IN_KNOWLEDGE',
  'REPEATED',
  'ANGER',
  'COMPANY_RULE',
  'OUTSIDE_HOURS',
  'MODEL_FAILED',
  'BOT_AWAY',
]);
export type HandOverReason = z.output<typeof handOverReason>;

/** A passage that something was answered from. */
export const citation = z.object({ documentId: id, quote: z.string().min(1) });
export type Citation = z.output<typeof citation>;

/** Something that was said since the bot has the conversation. COMPANY: a person, or somebody past the inbox. */
export const turn = z.object({ author: z.enum(['CONTACT', 'BOT', 'COMPANY']), text: z.string() });
export type Turn = z.output<typeof turn>;

/** Where in a conversation something is said; it no longer holds once the contact has written again. */
const place = {
  /** Of the answer, and of the message that it becomes. */
  answerId: id,
  conversationId: id,
  /** How many messages the contact had written when it was asked for. */
  ordinal: z.int().positive(),
};

/**
 * The contact waits for the bot. The event's own id is that of the answer, so that however often it comes, there is one.
 */
export const asked = {
  version: 1,
  data: z.object({
    conversationId: id,
    /** What the contact wrote last. */
    messageId: id,
    ordinal: place.ordinal,
    /** Since the bot has the conversation, oldest first; the last are the contact's. */
    turns: z.array(turn),
    /** As the company has it at this moment. */
    rules: z.object({
      botName: z.string(),
      /** Whoever writes one of these gets a person. */
      handOverWords: z.array(z.string()),
      /** Whether people are there now; the bot answers all the same when the company wants it to. */
      isOutsideHours: z.boolean(),
      answersOutsideHours: z.boolean(),
      /** When people are back, if they are not there. */
      backAt: instant.nullable(),
      timeZone: z.string(),
    }),
  }),
} as const;

/** What the bot would say. Conversations says it, if the contact still waits for that. */
export const answered = {
  version: 1,
  data: z.object({ ...place, text: z.string().min(1), citations: z.array(citation) }),
} as const;

/** The bot would rather that a person answers. */
export const steppedAside = {
  version: 1,
  data: z.object({
    ...place,
    reason: handOverReason,
    /** What the contact is told. */
    text: z.string().min(1),
    /** For the agent. */
    summary: z.string().min(1),
    /** Whether it is over a question that the documents do not answer, and not over a picture or a word that says nothing. */
    unanswered: z.boolean().default(false),
  }),
} as const;

/** A conversation went from the bot to people. */
export const handedOver = {
  version: 1,
  data: z.object({
    conversation: conversationFacts,
    reason: handOverReason,
    summary: z.string(),
    /** What the contact was told; null when nothing could be said to them. */
    messageId: id.nullable(),
    /** Whether it was over a question that the company's documents do not answer. */
    unanswered: z.boolean().default(false),
  }),
} as const;

/** An agent says what an answer of the bot was worth; null: nothing any more. */
export const answerRated = {
  version: 1,
  data: z.object({
    conversation: conversationFacts,
    messageId: id,
    agentId: id,
    rating: z.enum(['GOOD', 'BAD']).nullable(),
    /** What they said before, which holds no longer. */
    previous: z.enum(['GOOD', 'BAD']).nullable().default(null),
  }),
} as const;

/** The company's documents do not say what a contact wanted to know. */
export const questionUnanswered = {
  version: 1,
  data: z.object({ questionId: id, conversationId: id, clusterId: id }),
} as const;
