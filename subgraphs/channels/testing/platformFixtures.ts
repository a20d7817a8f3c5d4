import { deepStrictEqual } from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { z } from 'zod';
import { storableText } from '#platform/postgres/storableText.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { deliveryFailure, id, instant } from '#schema/events/values.ts';
import type { InboundFact } from '../platforms/inbound.ts';

const folder = join(import.meta.dirname, 'fixtures');

/** One event as the platform documents it, and what it says: facts, or the pattern of the reason it is parked for. */
const fixture = z.strictObject({
  event: z.unknown(),
  facts: z.array(z.unknown()).nullable().default(null),
  parked: z.string().default('^$'),
});
export type Fixture = z.output<typeof fixture> & { readonly name: string };

/** The platforms that have fixtures, by the names of their folders. */
export function fixturePlatforms(): string[] {
  return readdirSync(folder).toSorted();
}

/** The events of `testing/fixtures/<platform>`, by the names of their files. */
export function readFixtures(platform: string): Fixture[] {
  const names = readdirSync(join(folder, platform)).map((file) => file.replace(/\.json$/, ''));
  return names.toSorted().map((name) => {
    const json: unknown = JSON.parse(readFileSync(join(folder, platform, `${name}.json`), 'utf8'));
    return { name, ...fixture.parse(json) };
  });
}

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

const models: Readonly<Record<Exclude<InboundFact['kind'], 'receipt' | 'callback'>, z.ZodType>> = {
  message: catalogue['channel.message.received'].data,
  echo: catalogue['channel.message.echoed'].data.omit({ messageId: true }),
  edit: catalogue['channel.message.edited'].data,
  removal: catalogue['channel.message.removed'].data,
  reaction: catalogue['channel.message.reacted'].data,
  activity: catalogue['channel.thread.activity'].data,
  profile: catalogue['channel.contact.profiled'].data,
};

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

const anyText: unknown = expect.any(String);

/** A star in a fixture stands for what is made up on the way: any text. */
export function expected(value: unknown): unknown {
  if (value === '*') return anyText;
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expected(item)]));
}
