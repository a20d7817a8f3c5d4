import { instantOf } from '../fields.ts';
import type { InboundChannel, InboundFact } from '../inbound.ts';
import { externalMessageId } from './externalId.ts';
import type { TelegramReaction, TelegramReactionUpdate } from './update.ts';
import { placeOf } from './who.ts';

/** For emoji that are pictures of Telegram's own: they have no character. */
const CUSTOM = '💠';
/** Paid with stars. */
const PAID = '⭐';

/** Of several reactions of one person the newest counts. */
export function reactionFacts(channel: InboundChannel, update: TelegramReactionUpdate): readonly InboundFact[] {
  const { chat, message_id, user, actor_chat } = update;
  const place = placeOf(channel, { chat });
  return [
    {
      kind: 'reaction',
      data: {
        ...place,
        externalMessageId: externalMessageId(place.threadExternalId, message_id),
        byExternalId: String((user ?? actor_chat ?? chat).id),
        emoji: newestOf(update),
        reactedAt: instantOf(update.date),
      },
    },
  ];
}

function newestOf({ old_reaction, new_reaction }: TelegramReactionUpdate): string | null {
  const before = new Set(old_reaction.map(nameOf));
  const newest = new_reaction.findLast((reaction) => !before.has(nameOf(reaction))) ?? new_reaction.at(-1);
  return newest ? emojiOf(newest) : null;
}

function nameOf(reaction: TelegramReaction): string {
  return reaction.type === 'custom_emoji' ? reaction.custom_emoji_id : emojiOf(reaction);
}

function emojiOf(reaction: TelegramReaction): string {
  switch (reaction.type) {
    case 'emoji':
      return reaction.emoji;
    case 'custom_emoji':
      return CUSTOM;
    case 'paid':
      return PAID;
  }
}
