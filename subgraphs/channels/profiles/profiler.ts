import { createKeyedQueue } from '#platform/events/keyedQueue.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Pacer } from '#platform/limits/pacer.ts';
import type { Database } from '#platform/postgres/database.ts';
import { storableText } from '#platform/postgres/storableText.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { AccountApis } from '../attachments/fetchAttachment.ts';
import type { FindAccount } from '../credentials/findAccount.ts';
import type { AccountApi } from '../platforms/account.ts';
import type { Data } from '../platforms/inbound.ts';
import type { Profile } from '../platforms/outbound.ts';
import type { LookupMemory } from './lookupMemory.ts';
import { usePicture, type KeepPicture, type KeptPicture } from './profilePicture.ts';

type Received = Data<'channel.message.received'>;

export interface Profiler extends Part {
  /** Somebody wrote: costs nothing when they are known, and never fails. */
  note(companyId: string, message: Received): void;
}

/** So many are looked up at once, over all accounts: their pictures are in memory meanwhile. */
const CONCURRENCY = 4;
/** Of an account: look-ups count against what it may ask its platform at all, and sending matters more. */
const CALLS_PER_SECOND = 2;
/** People of one account: for whom there is no room, and who waits when this process ends, is looked up with a later message. */
const MAX_WAITING = 200;

interface Message {
  readonly companyId: string;
  readonly data: Received;
}

/**
 * Finds out who writes, after they wrote: some platforms tell no more than an id. At most once a day for each person; a
 * failure is only counted, and the next try comes with a message an hour later at the earliest. Each account has a queue of
 * its own, in memory, so that many new people of one hold up nobody else's.
 */
export function createProfiler(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly accounts: AccountApis;
  readonly findAccount: FindAccount;
  readonly memory: LookupMemory;
  readonly pacer: Pacer;
  readonly keepPicture: KeepPicture;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Profiler {
  const { database, accounts, findAccount, memory, pacer, keepPicture, logger, metrics } = options;
  const outcomes = metrics.counter('switchboard_channels_profiles_total', 'Look-ups of people, by how they ended', [
    'platform',
    'outcome',
  ]);

  /** By channel, by the person's id. */
  const waiting = new Map<string, Map<string, Message>>();
  const running = new Set<Promise<void>>();
  const places = createKeyedQueue({ concurrency: CONCURRENCY });
  let stopping = new AbortController();

  function note(companyId: string, data: Received): void {
    const { channelId, platform, contact } = data;
    if (!accounts[platform] || stopping.signal.aborted || memory.knows(personOf(data))) return;
    const people = waiting.get(channelId);
    if (people) {
      if (people.size < MAX_WAITING) people.set(contact.externalId, { companyId, data });
      return;
    }
    const first = new Map([[contact.externalId, { companyId, data }]]);
    waiting.set(channelId, first);
    const run = considerAll(first).finally(() => {
      waiting.delete(channelId);
      running.delete(run);
    });
    running.add(run);
  }

  /** One after another, also those who come meanwhile. */
  async function considerAll(people: Map<string, Message>): Promise<void> {
    for (const [externalId, message] of people) {
      if (stopping.signal.aborted) return;
      people.delete(externalId);
      await consider(message);
    }
  }

  async function consider(message: Message): Promise<void> {
    const { data } = message;
    const { channelId, platform } = data;
    const api = accounts[platform];
    if (!api || !(await memory.claim(personOf(data))) || !(await turn(channelId))) return;
    await new Promise<void>((done) => {
      void places.add(channelId, async () => {
        await settle(message, api);
        done();
      });
    });
  }

  async function settle(message: Message, api: AccountApi): Promise<void> {
    const { data } = message;
    try {
      const outcome = await lookUp(message, api);
      await memory.settle(personOf(data));
      outcomes.inc({ platform: data.platform, outcome });
    } catch (error) {
      failed(message, error);
    }
  }

  function failed({ companyId, data }: Message, error: unknown): void {
    const { channelId, platform } = data;
    outcomes.inc({ platform, outcome: 'failed' });
    logger.warn({ err: error, companyId, channelId }, 'a profile could not be looked up');
  }

  async function lookUp(message: Message, api: AccountApi): Promise<'profiled' | 'unknown'> {
    const { companyId, data } = message;
    const { channelId, contact } = data;
    const account = await findAccount({ companyId, channelId });
    const profile = account && (await api.profile(account, contact.externalId));
    if (!profile) return 'unknown';
    const picture = await pictureOf(message, profile);
    const { threadExternalId } = data;
    await database.write(companyId, async ({ sql, publish }) => {
      if (picture) await usePicture(sql, { companyId, channelId, externalId: contact.externalId }, picture);
      publish({
        type: 'channel.contact.profiled',
        actor: { kind: 'system' },
        data: {
          channelId,
          threadExternalId,
          contact: { ...contact, ...knownOf(profile) },
          pictureFileKey: picture?.fileKey ?? null,
        },
      });
    });
    return 'profiled';
  }

  /** Whether it came before the end of this process, which is nobody's failure. */
  async function turn(channelId: string): Promise<boolean> {
    const pace = { key: `profiles:${channelId}`, perSecond: CALLS_PER_SECOND, burst: CALLS_PER_SECOND };
    for (let waitMs = await pacer.take([pace]); waitMs > 0; waitMs = await pacer.take([pace])) {
      await pause(waitMs, stopping.signal);
      if (stopping.signal.aborted) return false;
    }
    return true;
  }

  /** A name without its picture is worth telling. */
  async function pictureOf({ companyId, data }: Message, { pictureUrl }: Profile): Promise<KeptPicture | null> {
    if (pictureUrl === null) return null;
    const person = { companyId, channelId: data.channelId, externalId: data.contact.externalId };
    try {
      return await keepPicture(person, pictureUrl, stopping.signal);
    } catch (error) {
      outcomes.inc({ platform: data.platform, outcome: 'no_picture' });
      logger.debug({ err: error, companyId, channelId: data.channelId }, 'no copy of a picture');
      return null;
    }
  }

  return {
    name: 'profiles',
    note,
    async start() {
      stopping = new AbortController();
    },
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

function personOf({ channelId, contact }: Received): string {
  return `${channelId}:${contact.externalId}`;
}

/** What the platform says, where it says something. */
function knownOf({ name, username, languageCode }: Profile) {
  const known = Object.entries({ name, username, languageCode }).flatMap(([field, text]) =>
    text ? [[field, storableText(text)]] : [],
  );
  return Object.fromEntries(known) as Partial<Pick<Profile, 'name' | 'username' | 'languageCode'>>;
}
