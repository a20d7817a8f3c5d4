import { z } from 'zod';
import { storableText } from '#platform/postgres/storableText.ts';

const text = z.string().transform(storableText);

const LAST_SECOND = 253_402_300_799;

const file = z.object({
  file_id: text.pipe(z.string().min(1)),
  file_size: z.int().nonnegative().optional(),
  mime_type: text.optional(),
  file_name: text.optional(),
});

const person = z.object({
  id: z.int(),
  first_name: text.optional(),
  last_name: text.optional(),
  username: text.optional(),
  language_code: text.optional(),
});

const message = z.looseObject({
  message_id: z.int().positive(),
  /** Seconds. */
  date: z.int().min(0).max(LAST_SECOND),
  chat: z.object({ id: z.int(), title: text.optional(), username: text.optional() }),
  /** Absent when somebody writes in the name of a group. */
  from: person.optional(),
  text: text.optional(),
  caption: text.optional(),
  photo: z.array(file).min(1).optional(),
  document: file.optional(),
  audio: file.optional(),
  voice: file.optional(),
  video: file.optional(),
  video_note: file.optional(),
  sticker: file.optional(),
  location: z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }).optional(),
  reply_to_message: z.object({ message_id: z.int().positive() }).optional(),
});
export type TelegramMessage = z.output<typeof message>;

/** The part of an update that is understood; what else stands in it is left alone. */
export const updateSchema = z.looseObject({ update_id: z.int(), message: message.optional() });
export type TelegramUpdate = z.output<typeof updateSchema>;
