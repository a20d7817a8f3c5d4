import { z } from 'zod';
import { storableText } from '#platform/postgres/storableText.ts';
import { rule } from './createToFacts.ts';
import { count, id } from './fields.ts';
import { placeOf, timeOf } from './scene.ts';

const messageEdit = z.object({
  mid: id,
  text: z.string().transform((written) => storableText(written) || null),
  num_edit: count.pipe(z.int32()),
});

/** https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-edits */
export const messageEditRule = rule('message_edit', messageEdit, ({ mid, text, num_edit }, scene) => [
  {
    kind: 'edit',
    data: {
      ...placeOf(scene),
      externalMessageId: mid,
      text,
      attachments: null,
      editedAt: timeOf(scene),
    },
    revision: num_edit,
  },
]);
