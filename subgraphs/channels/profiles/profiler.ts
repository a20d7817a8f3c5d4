import { createEventConsumer } from '#platform/events/eventConsumer.ts';
import type { EventOf } from '#platform/events/catalogue.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Pacer } from '#platform/limits/pacer.ts';
import type { Database } from '#platform/postgres/database.ts';
import { storableText } from '#platform/postgres/storableText.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { AccountApis } from '../attachments/fetchAttachment.ts';
import type { FindAccount } from '../credentials/findAccount.ts';
import type { AccountApi } from '../platforms/account.ts';
import type { Profile } from '../platforms/outbound.ts';
import type { LookupMemory } from './lookupMemory.ts';
import type { KeepPicture } from './profilePicture.ts';

type MessageReceived = EventOf<SwitchboardCatalogue, 'channel.message.received'>;

const CONCURRENCY = 4;
/** Of an account: look-ups count against what it may ask its platform at all, and sending matters more. */
const CALLS_PER_SECOND = 2;
/** Who would wait for longer is looked up with a later message. */
const LONGEST_WAIT_MS = 20_000;

/**
 * Finds out who writes, after they wrote: some platforms tell no more than an id. At most once a day for each person; a
 * failure is only counted, and the next try comes with a message an hour later at the earliest.
 */
export function createProfiler(options: {
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly accounts: AccountApis;
  readonly findAccount: FindAccount;
  readonly memory: LookupMemory;
  readonly pacer: Pacer;
  readonly keepPicture: KeepPicture;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, database, accounts, findAccount, memory, pacer, keepPicture, logger, metrics } = options;
  const outcomes = metrics.counter('switchboard_channels_profiles_total', 'Look-ups of people, by how they ended', [
    'platform',
    'outcome',
  ]);

  async function consider(event: MessageReceived): Promise<void> {
    const { channelId, platform, contact } = event.data;
    const person = `${channelId}:${contact.externalId}`;
    const api = accounts[platform];
    if (!api || !(await memory.claim(person))) return;
    try {
      const outcome = await lookUp(event, api);
      await memory.settle(person);
      outcomes.inc({ platform, outcome });
    } catch (error) {
      outcomes.inc({ platform, outcome: 'failed' });
      logger.warn({ err: error, companyId: event.companyId, channelId }, 'a profile could not be looked up');
    }
  }

  async function lookUp(event: MessageReceived, api: AccountApi): Promise<'profiled' | 'unknown'> {
    const { companyId, data } = event;
    const { channelId, contact } = data;
    await turn(channelId);
    const account = await findAccount({ companyId, channelId });
    const profile = account && (await api.profile(account, contact.externalId));
    if (!profile) return 'unknown';
    const pictureFileKey = await pictureOf(event, profile);
    const { threadExternalId } = data;
    await database.write(companyId, async ({ publish }) =>
      publish({
        type: 'channel.contact.profiled',
        actor: { kind: 'system' },
        data: { channelId, threadExternalId, contact: { ...contact, ...knownOf(profile) }, pictureFileKey },
      }),
    );
    return 'profiled';
  }

  async function turn(channelId: string): Promise<void> {
    const pace = { key: `profiles:${channelId}`, perSecond: CALLS_PER_SECOND, burst: CALLS_PER_SECOND };
    const deadline = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      const waitMs = await pacer.take([pace]);
      if (waitMs === 0) return;
      if (performance.now() + waitMs > deadline) throw new Error('too many people of the account are looked up');
      await pause(waitMs, consumer.signal);
      if (consumer.signal.aborted) throw new Error('stopped before it was its turn');
    }
  }

  /** A name without its picture is worth telling. */
  async function pictureOf({ companyId, data }: MessageReceived, { pictureUrl }: Profile): Promise<string | null> {
    if (pictureUrl === null) return null;
    const person = { companyId, channelId: data.channelId, externalId: data.contact.externalId };
    try {
      return await keepPicture(person, pictureUrl, consumer.signal);
    } catch (error) {
      outcomes.inc({ platform: data.platform, outcome: 'no_picture' });
      logger.debug({ err: error, companyId, channelId: data.channelId }, 'no copy of a picture');
      return null;
    }
  }

  const consumer = createEventConsumer({
    nats,
    durable: 'channels-profiles',
    filterSubject: 'events.channel.*.message.received',
    catalogue,
    handlers: { 'channel.message.received': consider },
    concurrency: CONCURRENCY,
    logger,
    metrics,
  });
  return consumer;
}

/** What the platform says, where it says something. */
function knownOf({ name, username, languageCode }: Profile) {
  const known = Object.entries({ name, username, languageCode }).flatMap(([field, text]) =>
    text ? [[field, storableText(text)]] : [],
  );
  return Object.fromEntries(known) as Partial<Pick<Profile, 'name' | 'username' | 'languageCode'>>;
}
