import { Poison } from '#platform/events/errors.ts';
import { instantOf, readEvent } from '../fields.ts';
import type { Data, InboundChannel, InboundFact } from '../inbound.ts';
import { changeFacts } from './changes.ts';
import { contentOf } from './content.ts';
import { systemSchema, type WhatsappEcho, type WhatsappMessage, type WhatsappValue } from './events.ts';
import { otherSide, phoneOf } from './who.ts';

/** Somebody wrote, or changed what was written, or changed themself. */
export function messageFacts(
  channel: InboundChannel,
  message: WhatsappMessage,
  { contacts }: WhatsappValue,
  standby: boolean,
): readonly InboundFact[] {
  // Somebody opened the chat for the first time, and has not written yet.
  if (message.type === 'request_welcome') return [];
  if (message.type === 'system') return systemFacts(channel, message);
  const { threadExternalId, contact, senderName, personExternalId } = otherSide(
    { number: message.from, userId: message.from_user_id, groupId: message.group_id },
    contacts,
  );
  const place = { channelId: channel.id, threadExternalId };
  const change = changeFacts(place, message, personExternalId);
  if (change) return change;
  return [
    {
      kind: 'message',
      data: {
        ...place,
        platform: 'WHATSAPP',
        externalMessageId: message.id,
        contact,
        senderName,
        sentAt: instantOf(message.timestamp),
        ...contentOf(message),
        replyToExternalId: message.context?.id ?? null,
        story: null,
        referral: referralOf(message),
        standby,
      },
    },
  ];
}

/** The company wrote from the WhatsApp Business app, or another sender of the number did. */
export function echoFacts(
  channel: InboundChannel,
  echo: WhatsappEcho,
  { contacts }: WhatsappValue,
): readonly InboundFact[] {
  const { threadExternalId, contact } = otherSide(
    { number: echo.to, userId: echo.to_user_id, groupId: echo.group_id },
    contacts,
  );
  const place = { channelId: channel.id, threadExternalId };
  const change = changeFacts(place, echo, channel.externalId);
  if (change) return change;
  const { text, attachments } = contentOf(echo);
  const data = {
    ...place,
    platform: 'WHATSAPP',
    externalMessageId: echo.id,
    contact,
    sentAt: instantOf(echo.timestamp),
    text,
    attachments,
    replyToExternalId: echo.context?.id ?? null,
  } as const;
  return [{ kind: 'echo', data, appId: null, reference: null }];
}

/** A number, and with it the person's id for this business, changed. Told without the person's card. */
function systemFacts(channel: InboundChannel, message: WhatsappMessage): readonly InboundFact[] {
  const system = readEvent(systemSchema, message['system'], 'a system message of WhatsApp');
  // A new security code: the person has another phone.
  if (system.type.endsWith('identity_changed')) return [];
  if (!/_changed_(number|user_id)$/.test(system.type)) {
    throw Poison.because(`no rule for system messages of type ${system.type}`);
  }
  const number = system.wa_id ?? system.new_wa_id;
  const to = system.user_id ?? number;
  if (to === undefined) throw Poison.because('a system message that does not say what changed');
  // Which of the ids are still the old ones differs between versions of the API.
  const before = [system.previous_user_id, message.from_user_id, system.customer, message.from].find(
    (id) => id !== undefined && id !== to,
  );
  const { threadExternalId, contact } = otherSide({ userId: before }, []);
  const phone = phoneOf(number);
  const data = {
    channelId: channel.id,
    threadExternalId,
    contact: { ...contact, phone: phoneOf(before) },
    kind: 'MOVED',
    detail: { to, ...(phone !== null && { phone }) },
    occurredAt: instantOf(message.timestamp),
  } as const;
  return [{ kind: 'activity', data }];
}

/** An advertisement that leads to WhatsApp, or a product of the catalogue that the person asks about. */
function referralOf({ referral, context }: WhatsappMessage): Data<'channel.message.received'>['referral'] {
  const product = context?.referred_product?.product_retailer_id;
  if (!referral && !product) return null;
  if (!referral) return { source: 'CATALOG', type: null, ref: product ?? null, adId: null, title: null, url: null };
  const isAd = referral.source_type === 'ad';
  return {
    source: isAd ? 'ADS' : (referral.source_type?.toUpperCase() ?? null),
    type: null,
    ref: referral.ctwa_clid || null,
    adId: (isAd && referral.source_id) || null,
    title: referral.headline || null,
    url: referral.source_url || null,
  };
}
