import { deepStrictEqual } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { z } from 'zod';
import { storableText } from '#platform/postgres/storableText.ts';
import * as channels from '#schema/events/channels.ts';
import { deliveryFailure, id, instant } from '#schema/events/values.ts';
import type { InboundFact } from '../platforms/inbound.ts';

/** One event as a platform sends it, and what has to become of it; `*` stands for what is made up on the way. */
export interface PlatformFixture {
  readonly name: string;
  readonly event: unknown;
  readonly facts?: readonly unknown[];
  /** A regular expression that the reason of the parked event fits. */
  readonly parked?: string;
}

/** Those of `fixtures/<platform>`, by name. */
export function platformFixtures(platform: string): PlatformFixture[] {
  const folder = new URL(`./fixtures/${platform}/`, import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      name: file.slice(0, -'.json'.length),
      ...(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Omit<PlatformFixture, 'name'>),
    }));
}

const models: Readonly<Record<Exclude<InboundFact['kind'], 'receipt' | 'callback'>, z.ZodType>> = {
  message: channels.messageReceived.data,
  echo: channels.messageEchoed.data.omit({ messageId: true }),
  edit: channels.messageEdited.data,
  removal: channels.messageRemoved.data,
  reaction: channels.messageReacted.data,
  activity: channels.threadActivity.data,
  profile: channels.contactProfiled.data,
};

const name = z.string().min(1);
const receipt = z.object({
  kind: z.literal('receipt'),
  channelId: id,
  threadExternalId: name,
  status: z.enum(['SENT', 'DELIVERED', 'READ', 'FAILED']),
  of: z.union([z.object({ externalMessageIds: z.array(name).min(1) }), z.object({ upTo: instant })]),
  at: instant,
  failure: deliveryFailure.nullable(),
  reference: name.nullable(),
});
const callback = z.object({ kind: z.literal('callback'), callbackId: name });

/** Throws unless a fact can be published and stored as it is: nothing missing, and nothing besides what its model names. */
export function checkFact(fact: InboundFact): void {
  if (fact.kind === 'receipt') fits(receipt, fact);
  else if (fact.kind === 'callback') fits(callback, fact);
  else fits(models[fact.kind], fact.data);
}

function fits(model: z.ZodType, value: unknown): void {
  deepStrictEqual(model.parse(value), value);
  deepStrictEqual(mapTexts(value, storableText), value);
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapTexts(item, change)]));
}

/** Events of the fixtures with one to three values changed for others, or taken out. */
export function mutatedEvents(fixtures: readonly PlatformFixture[]): fc.Arbitrary<unknown> {
  const value = fc.oneof(
    fc.constantFrom(undefined, 'a\0b\ud800c', '\0', ''),
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.jsonValue(),
  );
  const changes = fc.array(fc.record({ at: fc.nat(), value }), { minLength: 1, maxLength: 3 });
  return fc
    .record({ fixture: fc.constantFrom(...fixtures), changes })
    .map((mutation) => mutation.changes.reduce(changed, mutation.fixture.event));
}

function changed(event: unknown, { at, value }: { readonly at: number; readonly value: unknown }): unknown {
  const copy = structuredClone({ event });
  const places = placesIn(copy);
  const [holder, key] = places[at % places.length] ?? [copy, 'event'];
  if (value === undefined) Reflect.deleteProperty(holder, key);
  else Reflect.set(holder, key, value);
  return copy.event;
}

/** Every property below an object, with what holds it. */
function placesIn(holder: object): [object, string][] {
  return Object.entries(holder).flatMap(([key, value]): [object, string][] => [
    [holder, key],
    ...(typeof value === 'object' && value !== null ? placesIn(value as object) : []),
  ]);
}
