import type { JsMsg } from '@nats-io/jetstream';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import { createBatchConsumer } from '#platform/events/batchConsumer.ts';
import { park } from '#platform/events/deadLetters.ts';
import { Poison } from '#platform/events/errors.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { INGEST } from '#platform/events/streams.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { applyFacts } from '../commands/applyFacts.ts';
import type { HealthRecorder } from '../health/healthRecorder.ts';
import type { Data, InboundFact, ToFacts } from '../platforms/inbound.ts';
import { instagramToFacts } from '../platforms/instagram/toFacts.ts';
import { asWebhook, type MetaEvent } from '../platforms/meta/metaEvent.ts';
import { splitWebhook } from '../platforms/meta/splitWebhook.ts';
import { messengerToFacts } from '../platforms/messenger/toFacts.ts';
import { telegramToFacts } from '../platforms/telegram/toFacts.ts';
import { webChatToFacts } from '../platforms/webchat/toFacts.ts';
import { whatsappToFacts } from '../platforms/whatsapp/toFacts.ts';
import type { AccountDirectory } from '../webhooks/accountDirectory.ts';

export interface NormaliserOptions {
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly accounts: AccountDirectory;
  readonly health: HealthRecorder;
  /** Told of every message that somebody wrote, after it is kept. */
  readonly onMessage: (companyId: string, message: Data<'channel.message.received'>) => void;
  /** Answers a button that was pressed, some time after what it said is kept. */
  readonly onCallback: (companyId: string, channelId: string, callbackId: string) => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** In one transaction at the most. Webhooks wait while a batch is read and told: some milliseconds, and no more. */
const MAX_BATCH = 64;

/**
 * Each has a transaction of its own, and a batch may be of as many companies as messages: while one waits for its disk flush,
 * another is at work. Not more, for there are three sources, and the pool of connections is for all that is done here.
 */
const COMPANIES_AT_ONCE = 2;

/** What one message of the stream told, of one channel. */
interface Event {
  readonly platform: Platform;
  readonly companyId: string;
  readonly channelId: string;
  readonly facts: readonly InboundFact[];
}

const metaAdapters = {
  MESSENGER: messengerToFacts,
  INSTAGRAM: instagramToFacts,
  WHATSAPP: whatsappToFacts,
} as const satisfies Partial<Record<Platform, ToFacts>>;

/**
 * Turn what the platforms sent into facts that other contexts understand. What has no rule is parked with the reason, to be
 * looked at and replayed: an event is never dropped. Only what is said of an account that nobody has connected is left
 * alone, and counted. Each source has a consumer of its own: a flood on one holds up no other.
 */
export function createNormalisers(options: NormaliserOptions): Part[] {
  return [
    createNormaliser(options, {
      durable: 'channels-normalise',
      subject: 'ingest.telegram.>',
      read: async (message) => [eventOf('TELEGRAM', telegramToFacts, message)],
    }),
    createNormaliser(options, {
      durable: 'channels-normalise-webchat',
      subject: 'ingest.webchat.>',
      read: async (message) => [eventOf('WEB_CHAT', webChatToFacts, message)],
    }),
    createMetaNormaliser(options),
  ];
}

/** Of a webhook that named its channel: who it is of was known before it was kept. */
function eventOf(platform: Platform, toFacts: ToFacts, message: JsMsg): Event {
  const companyId = message.headers?.get('company') ?? '';
  const channel = {
    id: message.headers?.get('channel') ?? '',
    externalId: message.headers?.get('account') ?? '',
  };
  return { platform, companyId, channelId: channel.id, facts: toFacts(channel, jsonOf(message)) };
}

/** Of Meta's webhooks, which hold any number of events of any companies. One that has no rule is parked by itself. */
function createMetaNormaliser(options: NormaliserOptions): Part {
  const { nats, accounts, metrics } = options;
  const durable = 'channels-normalise-meta';
  const unknown = metrics.counter(
    'switchboard_channels_unknown_accounts_total',
    'Events of accounts that nobody has connected',
    ['platform'],
  );
  const parked = metrics.counter('switchboard_channels_parked_parts_total', 'Parts of webhooks that have no rule', []);

  async function understand(part: MetaEvent): Promise<Event | undefined> {
    if (part.platform === null) throw Poison.because(part.reason);
    const { platform, accountId } = part;
    const channel = await accounts.find(platform, accountId);
    if (!channel) {
      unknown.inc({ platform });
      return undefined;
    }
    const { id, companyId } = channel;
    const facts = metaAdapters[platform]({ id, externalId: accountId }, part.event);
    return { platform, companyId, channelId: id, facts };
  }

  return createNormaliser(options, {
    durable,
    subject: 'ingest.meta',
    async read(message) {
      const parts = splitWebhook(jsonOf(message));
      const events: Event[] = [];
      for (const [index, part] of parts.entries()) {
        try {
          const event = await understand(part);
          if (event) events.push(event);
        } catch (error) {
          if (!(error instanceof Poison)) throw error;
          const body = JSON.stringify(asWebhook(part));
          await park(nats, { message, part: { index, body }, durable, error, attempts: 1 });
          parked.inc();
        }
      }
      return events;
    },
  });
}

function createNormaliser(
  options: NormaliserOptions,
  source: {
    readonly durable: string;
    readonly subject: string;
    readonly read: (message: JsMsg) => Promise<readonly Event[]>;
  },
): Part {
  const { nats, database, health, metrics } = options;
  const seen = metrics.counter(
    'switchboard_channels_facts_total',
    'What platforms told, by kind and whether it was new',
    ['platform', 'kind', 'outcome'],
  );

  async function apply(companyId: string, events: readonly Event[]): Promise<void> {
    const facts = events.flatMap((event) => event.facts.map((fact) => ({ fact, platform: event.platform })));
    const applied = await applyFacts(
      database,
      companyId,
      facts.map(({ fact }) => fact),
    );
    for (const [index, { platform, fact }] of facts.entries()) {
      seen.inc({ platform, kind: fact.kind, outcome: applied[index] ? 'new' : 'repeated' });
    }
    for (const { channelId, facts: ofChannel } of events) {
      health.note(companyId, channelId, { lastEventAt: new Date() });
      for (const fact of ofChannel) {
        if (fact.kind === 'message') options.onMessage(companyId, fact.data);
        if (fact.kind === 'callback') options.onCallback(companyId, channelId, fact.callbackId);
      }
    }
  }

  return createBatchConsumer<readonly Event[]>({
    nats,
    stream: INGEST.name,
    durable: source.durable,
    filterSubject: source.subject,
    maxBatch: MAX_BATCH,
    async read(message) {
      const events = await source.read(message);
      return events.length > 0 ? events : undefined;
    },
    async handle(messages) {
      const companies = Map.groupBy(messages.flat(), (event) => event.companyId).entries();
      const workers = Array.from({ length: COMPANIES_AT_ONCE }, async () => {
        for (const [companyId, events] of companies) await apply(companyId, events);
      });
      // All come to their end before one that failed is told: what is tried again must not meet itself.
      const failed = (await Promise.allSettled(workers)).find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
    logger: options.logger,
    metrics,
  });
}

function jsonOf(message: JsMsg): unknown {
  try {
    return message.json();
  } catch (error) {
    throw Poison.because('the webhook’s body is not JSON', error);
  }
}
