import { z } from 'zod';
import { Poison } from '#platform/events/errors.ts';
import { rule } from './createToFacts.ts';
import { id, text } from './fields.ts';
import { placeOf, timeOf } from './scene.ts';

const reaction = z.object({ mid: id, action: z.enum(['react', 'unreact']), reaction: text, emoji: text });

/** What the names stand for, where the emoji is left out; `other` stands for any. */
const emojis = new Map([
  ['love', '❤️'],
  ['smile', '😆'],
  ['laugh', '😆'],
  ['wow', '😮'],
  ['sad', '😢'],
  ['angry', '😠'],
  ['like', '👍'],
  ['dislike', '👎'],
]);

/** https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-reactions */
export const reactionRule = rule('reaction', reaction, (value, scene) => {
  const place = placeOf(scene);
  return [
    {
      kind: 'reaction',
      data: {
        ...place,
        externalMessageId: value.mid,
        byExternalId: scene.senderId ?? place.threadExternalId,
        emoji: value.action === 'react' ? emojiOf(value) : null,
        reactedAt: timeOf(scene),
      },
    },
  ];
});

function emojiOf({ emoji, reaction: name }: z.output<typeof reaction>): string {
  const known = emoji ?? emojis.get(name ?? '');
  if (!known) throw Poison.because(`no rule for a reaction '${name ?? ''}' without its emoji`);
  return known;
}
