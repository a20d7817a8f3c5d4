import { z } from 'zod';
import { Poison } from '#platform/events/errors.ts';
import type { Data, InboundFact } from '../inbound.ts';
import { unknownAttachment } from '../attachment.ts';
import { attachment, toAttachment } from './attachment.ts';
import { rule } from './createToFacts.ts';
import { id, idOrNull, text, webAddress } from './fields.ts';
import { referral } from './referral.ts';
import { contactOf, placeOf, timeOf, type Scene } from './scene.ts';

const flag = z
  .boolean()
  .nullish()
  .transform((value) => value === true);

/**
 * A message, or the echo of one. https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages,
 * https://developers.facebook.com/docs/messenger-platform/instagram/features/webhook
 */
const message = z.looseObject({
  mid: id,
  text,
  attachments: z.array(attachment).nullish(),
  quick_reply: z.object({ payload: text }).nullish(),
  reply_to: z.object({ mid: idOrNull, story: z.object({ id: idOrNull, url: webAddress }).nullish() }).nullish(),
  referral: referral.nullish(),
  is_echo: flag,
  app_id: idOrNull,
  metadata: text,
  is_deleted: flag,
  is_unsupported: flag,
});
type Message = z.output<typeof message>;

/** Taken back, an echo of the company's own side, or what the person wrote; without anything to read it is parked. */
export const messageRule = rule('message', message, (value, scene) => {
  if (value.is_deleted) return [removal(value, scene)];
  const attachments = attachmentsOf(value);
  if (value.text === null && attachments.length === 0) {
    throw Poison.because(`no rule for a message of ${Object.keys(value).join(', ')}`);
  }
  const content = {
    externalMessageId: value.mid,
    text: value.text,
    attachments,
    replyToExternalId: value.reply_to?.mid ?? null,
  };
  if (value.is_echo) return [echo(content, value, scene)];
  const payload = value.quick_reply?.payload ?? null;
  return [received(scene, { ...content, payload, story: storyOf(value), referral: value.referral ?? null })];
});

type Content = 'externalMessageId' | 'text' | 'attachments' | 'replyToExternalId';
type Received = Data<'channel.message.received'>;

/** That the person wrote, or pressed something that says a text for them. */
export function received(scene: Scene, said: Pick<Received, Content | 'payload' | 'story' | 'referral'>): InboundFact {
  return { kind: 'message', data: { ...inThread(scene), senderName: null, standby: scene.standby, ...said } };
}

function echo(content: Pick<Received, Content>, { app_id, metadata }: Message, scene: Scene): InboundFact {
  return { kind: 'echo', data: { ...inThread(scene), ...content }, appId: app_id, reference: metadata };
}

function removal({ mid }: Message, scene: Scene): InboundFact {
  return { kind: 'removal', data: { ...placeOf(scene), externalMessageId: mid, removedAt: timeOf(scene) } };
}

function inThread(scene: Scene) {
  const place = placeOf(scene);
  const contact = contactOf(place.threadExternalId);
  return { ...place, platform: scene.platform, contact, sentAt: timeOf(scene) };
}

function attachmentsOf({ attachments, is_unsupported }: Message) {
  if (attachments && attachments.length > 0) return attachments.map(toAttachment);
  return is_unsupported ? [unknownAttachment] : [];
}

/** A reply names the story, a mention is an attachment that holds it. */
function storyOf({ reply_to, attachments }: Message): Received['story'] {
  if (reply_to?.story) return { kind: 'REPLY', ...reply_to.story };
  const mention = attachments?.find(({ type }) => type === 'story_mention');
  return mention ? { kind: 'MENTION', id: null, url: mention.payload?.url ?? null } : null;
}
