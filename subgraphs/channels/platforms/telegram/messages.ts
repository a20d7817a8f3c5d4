import { instantOf } from '../fields.ts';
import type { Data, InboundChannel, InboundFact } from '../inbound.ts';
import { contentOf } from './content.ts';
import { externalMessageId, threadOf } from './externalId.ts';
import { serviceFacts } from './serviceMessages.ts';
import type { TelegramMessage } from './update.ts';
import { contactOf, isBot, placeOf, senderNameOf } from './who.ts';

type Referral = Data<'channel.message.received'>['referral'];

/** A message of somebody, the company's own side of a chat, or a service message. */
export function messageFacts(channel: InboundChannel, message: TelegramMessage): readonly InboundFact[] {
  const service = serviceFacts(channel, message);
  if (service) return service;
  const { chat, from, message_id, media_group_id } = message;
  const place = placeOf(channel, message);
  const shared = {
    ...place,
    platform: 'TELEGRAM',
    externalMessageId: externalMessageId(place.threadExternalId, message_id),
    contact: { ...contactOf(chat, from), phone: ownPhone(message) },
    sentAt: instantOf(message.date),
    ...contentOf(channel, message),
    replyToExternalId: replyOf(message),
  } as const;
  const ours = ownSide(channel, message);
  if (ours) return [{ kind: 'echo', data: shared, appId: ours.appId, reference: null }];
  return [
    {
      kind: 'message',
      data: {
        ...shared,
        senderName: senderNameOf(message),
        payload: message.web_app_data?.data ?? null,
        story: storyOf(message),
        referral: referralOf(message.text),
        standby: false,
      },
      album:
        media_group_id === undefined
          ? undefined
          : { id: `${place.threadExternalId}:${media_group_id}`, position: message_id },
    },
  ];
}

/**
 * The message as it is now, whoever of both sides wrote it. Telegram tells it whole, so it is told as a message too: who
 * hears of the edit first, or wrote before the account was connected, is not lost; to who knows the message it is nothing new.
 */
export function editFacts(channel: InboundChannel, message: TelegramMessage, updateId: number): readonly InboundFact[] {
  const whole = messageFacts(channel, message).filter(({ kind }) => kind === 'message' || kind === 'echo');
  const { text, attachments } = contentOf(channel, message);
  const place = placeOf(channel, message);
  const edited = message.edit_date ?? message.date;
  const edit: InboundFact = {
    kind: 'edit',
    data: {
      ...place,
      externalMessageId: externalMessageId(place.threadExternalId, message.message_id),
      text,
      // One picture of an album tells nothing of the others.
      attachments: message.media_group_id === undefined ? attachments : null,
      editedAt: instantOf(edited),
    },
    revision: edited * EDITS_A_SECOND + (updateId % EDITS_A_SECOND),
  };
  return [...whole, edit];
}

/** Times are whole seconds; within one, updates are numbered in the order of what they tell. */
const EDITS_A_SECOND = 1_000_000;

/**
 * Whether the company itself wrote: in its channel (a broadcast, repeated in the channel's group), as the owner of a business
 * chat, or as a bot.
 */
function ownSide(channel: InboundChannel, message: TelegramMessage): { readonly appId: string | null } | undefined {
  const { chat, from, business_connection_id, sender_business_bot } = message;
  if (chat.type === 'channel' || message.is_automatic_forward) return { appId: null };
  if (isBot(channel, from)) return { appId: channel.externalId };
  if (business_connection_id === undefined || !from || from.id === chat.id) return undefined;
  return { appId: sender_business_bot ? String(sender_business_bot.id) : null };
}

/** Told by a person of themself, by the button that shares one's own contact. */
function ownPhone({ contact, from, chat }: TelegramMessage): string | null {
  if (!contact || contact.user_id !== from?.id || from?.id !== chat.id) return null;
  const digits = contact.phone_number.replaceAll(/\D/g, '');
  return digits ? `+${digits}` : null;
}

function replyOf(message: TelegramMessage): string | null {
  const { chat, business_connection_id, reply_to_message, external_reply } = message;
  // In a topic, a message that answers nothing is told as an answer to the topic's beginning.
  if (reply_to_message && !reply_to_message.forum_topic_created) {
    return externalMessageId(threadOf(chat.id, business_connection_id), reply_to_message.message_id);
  }
  if (!external_reply?.chat || external_reply.message_id === undefined) return null;
  return externalMessageId(external_reply.chat.id, external_reply.message_id);
}

function storyOf({ reply_to_story: story }: TelegramMessage): Data<'channel.message.received'>['story'] {
  return story ? { kind: 'REPLY', id: `${story.chat.id}:${story.id}`, url: null } : null;
}

/** A link such as `https://t.me/bot?start=spring-sale` makes the person's first message `/start spring-sale`. */
function referralOf(text: string | undefined): Referral {
  const ref = /^\/start(?:@\w+)? ([\w-]+)$/.exec(text ?? '')?.[1];
  return ref === undefined ? null : { source: 'DEEP_LINK', type: null, ref, adId: null, title: null, url: null };
}
