import { z } from 'zod';
import { attachment, deliveryFailure, id, instant, platform } from './values.ts';

/** Somebody wrote to the company. Published once per message of the platform, however often the platform tells it. */
export const messageReceived = {
  version: 1,
  data: z.object({
    channelId: id,
    platform,
    /** Unique within the channel. */
    externalMessageId: z.string().min(1),
    /** Where an answer has to go: the chat, thread or user, in the platform's own ids. */
    threadExternalId: z.string().min(1),
    contact: z.object({
      externalId: z.string().min(1),
      name: z.string().nullable(),
      username: z.string().nullable(),
      languageCode: z.string().nullable(),
    }),
    /** The platform's time. */
    sentAt: instant,
    text: z.string().nullable(),
    attachments: z.array(attachment),
    replyToExternalId: z.string().nullable(),
  }),
} as const;

/** What became of a message that the company sent. */
export const deliveryUpdated = {
  version: 1,
  data: z.object({
    channelId: id,
    conversationId: id,
    messageId: id,
    status: z.enum(['SENT', 'DELIVERED', 'READ', 'FAILED']),
    externalMessageId: z.string().nullable(),
    failure: deliveryFailure.nullable(),
  }),
} as const;
