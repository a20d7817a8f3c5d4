import { Poison } from '#platform/events/errors.ts';
import { entryLists, envelope, webhookEntry } from './envelope.ts';
import { readEvent } from '../fields.ts';
import type { MetaEvent, SplitItem } from './metaEvent.ts';
import { splitMessaging } from './splitMessaging.ts';
import { splitWhatsApp } from './splitWhatsApp.ts';

const splitters = new Map<string, SplitItem>([
  ['page', splitMessaging('MESSENGER')],
  ['instagram', splitMessaging('INSTAGRAM')],
  ['whatsapp_business_account', splitWhatsApp],
]);

/**
 * Takes a webhook of Meta apart, which may hold a thousand events of many accounts, in their order. A broken event
 * comes out as one that is to be parked, and the others of its webhook as what they are.
 *
 * @throws Poison for what is no webhook at all.
 */
export function splitWebhook(body: unknown): MetaEvent[] {
  const { object, entry } = readEvent(envelope, body, 'a webhook of Meta');
  return entry.flatMap((one) => orUnrouted({ object, entry: [one] }, () => splitEntry(object, one)));
}

function splitEntry(object: string, entry: unknown): MetaEvent[] {
  const split = splitters.get(object);
  if (!split) throw Poison.because(`no rule for webhooks of '${object}'`);
  const { messaging, standby, changes, ...head } = readEvent(webhookEntry, entry, 'an entry of a webhook of Meta');
  const lists = { messaging, standby, changes };
  const events = entryLists.flatMap((list) =>
    lists[list].flatMap((item) =>
      orUnrouted({ object, entry: [{ ...head, [list]: [item] }] }, () => split(head.id, list, item)),
    ),
  );
  if (events.length === 0) throw Poison.because(`no rule for an entry of ${Object.keys(head).join(', ')}`);
  return events;
}

function orUnrouted(event: unknown, split: () => readonly MetaEvent[]): readonly MetaEvent[] {
  try {
    return split();
  } catch (error) {
    if (!(error instanceof Poison)) throw error;
    return [{ platform: null, reason: error.message, event }];
  }
}
