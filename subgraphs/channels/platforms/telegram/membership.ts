import { instantOf } from '../fields.ts';
import type { Data, InboundChannel, InboundFact } from '../inbound.ts';
import type { TelegramMember, TelegramMemberUpdate } from './update.ts';
import { contactOf, placeOf } from './who.ts';

/** The bot's own standing changed: a person blocked it or lets it in again, a group took it in or put it out. */
export function membershipFacts(channel: InboundChannel, update: TelegramMemberUpdate): readonly InboundFact[] {
  const { chat, from } = update;
  const kind = changeOf(update);
  if (!kind) return [];
  const contact = contactOf(chat, from);
  const data = { ...placeOf(channel, { chat }), contact, kind, detail: {}, occurredAt: instantOf(update.date) };
  return [{ kind: 'activity', data }];
}

function changeOf(update: TelegramMemberUpdate): Data<'channel.thread.activity'>['kind'] | undefined {
  const was = isIn(update.old_chat_member);
  const is = isIn(update.new_chat_member);
  // Other rights within the group.
  if (was === is) return undefined;
  if (update.chat.type === 'private') return is ? 'UNBLOCKED' : 'BLOCKED';
  return is ? 'JOINED' : 'LEFT';
}

function isIn({ status, is_member }: TelegramMember): boolean {
  return status === 'restricted' ? is_member === true : status !== 'left' && status !== 'kicked';
}
