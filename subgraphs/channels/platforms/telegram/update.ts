import { z } from 'zod';
import { platformId, storable, unixSeconds } from '../fields.ts';

const file = z.object({
  file_id: platformId,
  /** The same for every bot and at every time, where `file_id` is not. */
  file_unique_id: storable.optional(),
  file_size: z.int().nonnegative().optional(),
  mime_type: storable.optional(),
  file_name: storable.optional(),
});

const user = z.object({
  id: z.int(),
  first_name: storable.optional(),
  last_name: storable.optional(),
  username: storable.optional(),
  language_code: storable.optional(),
});
export type TelegramUser = z.output<typeof user>;

const chat = z.object({
  id: z.int(),
  type: z.enum(['private', 'group', 'supergroup', 'channel']),
  title: storable.optional(),
  username: storable.optional(),
  first_name: storable.optional(),
  last_name: storable.optional(),
});
export type TelegramChat = z.output<typeof chat>;

const place = z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) });

const keyboard = z.object({
  inline_keyboard: z.array(z.array(z.object({ text: storable, callback_data: storable.optional() }))),
});

/** The part of a message that is understood (https://core.telegram.org/bots/api#message); what else stands in it is left alone. */
export const messageSchema = z.looseObject({
  message_id: z.int().positive(),
  date: unixSeconds,
  edit_date: unixSeconds.optional(),
  chat,
  /** Absent in channels, and when somebody writes in the name of a group. */
  from: user.optional(),
  /** In whose name it was written, when not in the person's own. */
  sender_chat: chat.optional(),
  /** A post of the group's channel, repeated in the group. */
  is_automatic_forward: z.boolean().optional(),
  business_connection_id: platformId.optional(),
  /** The bot that wrote it in the business's name. */
  sender_business_bot: user.optional(),
  media_group_id: platformId.optional(),

  text: storable.optional(),
  caption: storable.optional(),
  photo: z.array(file).min(1).optional(),
  animation: file.optional(),
  document: file.optional(),
  audio: file.optional(),
  voice: file.optional(),
  video: file.optional(),
  video_note: file.optional(),
  sticker: file.optional(),
  location: place.optional(),
  venue: z.object({ location: place, title: storable, address: storable }).optional(),
  contact: z
    .object({
      phone_number: storable,
      first_name: storable,
      last_name: storable.optional(),
      user_id: z.int().optional(),
    })
    .optional(),
  dice: z.object({ emoji: storable.optional(), value: z.int() }).optional(),
  poll: z.object({ question: storable, options: z.array(z.object({ text: storable })) }).optional(),
  checklist: z
    .object({
      title: storable,
      tasks: z.array(z.object({ text: storable, completion_date: z.int().optional() })),
    })
    .optional(),
  game: z.object({ title: storable, description: storable.optional() }).optional(),
  web_app_data: z.object({ button_text: storable, data: storable }).optional(),

  reply_to_message: z
    .object({ message_id: z.int().positive(), forum_topic_created: z.unknown().optional() })
    .optional(),
  external_reply: z
    .object({ chat: chat.optional().catch(undefined), message_id: z.int().positive().optional() })
    .optional(),
  quote: z.object({ text: storable }).optional(),
  reply_to_story: z.object({ chat, id: z.int() }).optional(),
  reply_markup: keyboard.optional().catch(undefined),

  new_chat_members: z.array(user).optional(),
  left_chat_member: user.optional(),
  new_chat_title: storable.optional(),
  migrate_to_chat_id: z.int().optional(),
  write_access_allowed: z.unknown().optional(),
});
export type TelegramMessage = z.output<typeof messageSchema>;

export const callbackSchema = z.object({
  id: platformId,
  from: user,
  /** What the button belongs to; of a message that is too old only chat and id are told. */
  message: messageSchema.optional(),
  data: storable.optional(),
});
export type TelegramCallback = z.output<typeof callbackSchema>;

const member = z.object({ status: storable, is_member: z.boolean().optional() });
export type TelegramMember = z.output<typeof member>;

export const memberUpdateSchema = z.object({
  chat,
  from: user,
  date: unixSeconds,
  old_chat_member: member,
  new_chat_member: member,
});
export type TelegramMemberUpdate = z.output<typeof memberUpdateSchema>;

const reaction = z.union([
  z.object({ type: z.literal('emoji'), emoji: platformId }),
  z.object({ type: z.literal('custom_emoji'), custom_emoji_id: platformId }),
  z.object({ type: z.literal('paid') }),
]);
export type TelegramReaction = z.output<typeof reaction>;

export const reactionSchema = z.object({
  chat,
  message_id: z.int().positive(),
  user: user.optional(),
  actor_chat: chat.optional(),
  date: unixSeconds,
  old_reaction: z.array(reaction),
  new_reaction: z.array(reaction),
});
export type TelegramReactionUpdate = z.output<typeof reactionSchema>;

export const businessConnectionSchema = z.object({
  id: platformId,
  user,
  user_chat_id: z.int(),
  date: unixSeconds,
  is_enabled: z.boolean(),
});
export type TelegramBusinessConnection = z.output<typeof businessConnectionSchema>;

export const deletedMessagesSchema = z.object({
  business_connection_id: platformId,
  chat,
  message_ids: z.array(z.int().positive()),
});
export type TelegramDeletedMessages = z.output<typeof deletedMessagesSchema>;
