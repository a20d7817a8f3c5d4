import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { storableText } from '#platform/postgres/storableText.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { id, instant } from '#schema/events/values.ts';
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

const receipt = z.strictObject({
  kind: z.literal('receipt'),
  channelId: id,
  threadExternalId: z.string().min(1),
  status: z.enum(['SENT', 'DELIVERED', 'READ', 'FAILED']),
  of: z.union([
    z.strictObject({ externalMessageIds: z.array(z.string().min(1)).min(1) }),
    z.strictObject({ upTo: instant }),
  ]),
  at: instant,
  failure: z.unknown(),
  reference: z.string().nullable(),
});

const models = {
  message: catalogue['channel.message.received'].data,
  echo: catalogue['channel.message.echoed'].data.omit({ messageId: true }),
  edit: catalogue['channel.message.edited'].data,
  removal: catalogue['channel.message.removed'].data,
  reaction: catalogue['channel.message.reacted'].data,
  activity: catalogue['channel.thread.activity'].data,
  profile: catalogue['channel.contact.profiled'].data,
  callback: z.unknown(),
} as const;

/** @throws an error when a fact could not be published, or stored, as it is. */
export function checkFact(fact: InboundFact): void {
  JSON.stringify(fact, (_key, value: unknown) => {
    const storable = typeof value !== 'string' || storableText(value) === value;
    if (!storable) throw new Error(`PostgreSQL cannot keep '${value}'`);
    return value;
  });
  if (fact.kind === 'receipt') receipt.parse(fact);
  else models[fact.kind].parse('data' in fact ? fact.data : fact);
}

/** Facts as fixtures write them: an attachment's id, new every time, is a star. */
export function withoutIds(facts: readonly InboundFact[]): unknown {
  return JSON.parse(JSON.stringify(facts), (key, value: unknown) =>
    key === 'attachments' && Array.isArray(value) ? value.map(starred) : value,
  );
}

function starred(attachment: { readonly id: string | null }): unknown {
  return { ...attachment, id: attachment.id === null ? null : z.uuidv7().parse(attachment.id) && '*' };
}
