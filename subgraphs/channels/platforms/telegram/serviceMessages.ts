import { instantOf } from '../fields.ts';
import type { Data, InboundChannel, InboundFact } from '../inbound.ts';
import type { TelegramMessage } from './update.ts';
import { contactOf, isBot, placeOf } from './who.ts';

/**
 * What Telegram itself writes into chats (https://core.telegram.org/bots/api#message, "Service message") and what says nothing
 * to the company. Payments, gifts and shared people are not among them: somebody would want a rule for those.
 */
const silent = [
  'new_chat_members',
  'left_chat_member',
  'chat_owner_left',
  'chat_owner_changed',
  'new_chat_photo',
  'delete_chat_photo',
  'group_chat_created',
  'supergroup_chat_created',
  'channel_chat_created',
  'message_auto_delete_timer_changed',
  'migrate_from_chat_id',
  'pinned_message',
  'connected_website',
  'proximity_alert_triggered',
  'boost_added',
  'chat_background_set',
  'checklist_tasks_done',
  'checklist_tasks_added',
  'forum_topic_created',
  'forum_topic_edited',
  'forum_topic_closed',
  'forum_topic_reopened',
  'general_forum_topic_hidden',
  'general_forum_topic_unhidden',
  'giveaway_created',
  'giveaway_completed',
  'direct_message_price_changed',
  'paid_message_price_changed',
  'video_chat_scheduled',
  'video_chat_started',
  'video_chat_ended',
  'video_chat_participants_invited',
];

/** Undefined for a message that somebody wrote. */
export function serviceFacts(channel: InboundChannel, message: TelegramMessage): readonly InboundFact[] | undefined {
  const { chat, from, migrate_to_chat_id } = message;
  const activity = (
    kind: Data<'channel.thread.activity'>['kind'],
    detail: Record<string, string> = {},
  ): readonly InboundFact[] => {
    const place = placeOf(channel, message);
    const data = { ...place, contact: contactOf(chat, from), kind, detail, occurredAt: instantOf(message.date) };
    return [{ kind: 'activity', data }];
  };
  if (message.new_chat_members?.some((member) => isBot(channel, member))) return activity('JOINED');
  if (isBot(channel, message.left_chat_member)) return activity('LEFT');
  if (migrate_to_chat_id !== undefined) return activity('MOVED', { to: String(migrate_to_chat_id) });
  if ('write_access_allowed' in message) return activity('OPTED_IN');
  if (message.new_chat_title !== undefined) {
    const data = { ...placeOf(channel, message), contact: contactOf(chat, from), pictureFileKey: null };
    return [{ kind: 'profile', data }];
  }
  return silent.some((field) => field in message) ? [] : undefined;
}
