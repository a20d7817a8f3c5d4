import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Poison } from '#platform/events/errors.ts';
import { rule } from './createToFacts.ts';
import { idOrNull, text } from './fields.ts';
import { received } from './message.ts';
import { referral } from './referral.ts';
import { placeOf, timeOf, type Scene } from './scene.ts';

const postback = z.object({ mid: idOrNull, title: text, payload: text, referral: referral.nullish() });

/**
 * A button was pressed: as if the person had written what stands on it. The payload is only told to the app whose button
 * it is. https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_postbacks
 */
export const postbackRule = rule('postback', postback, ({ mid, title, payload, ...said }, scene) => {
  if (title === null && payload === null) throw Poison.because('no rule for a postback without title and payload');
  return [
    received(scene, {
      externalMessageId: mid ?? madeUpId(scene, title, payload),
      text: title,
      attachments: [],
      replyToExternalId: null,
      payload,
      story: null,
      referral: said.referral ?? null,
    }),
  ];
});

/** Postbacks have an id of their own since version 11 of the Graph API; before, only their repetition is the same. */
function madeUpId(scene: Scene, title: string | null, payload: string | null): string {
  const what = JSON.stringify([placeOf(scene).threadExternalId, timeOf(scene), title, payload]);
  return `postback:${createHash('sha256').update(what).digest('base64url')}`;
}
