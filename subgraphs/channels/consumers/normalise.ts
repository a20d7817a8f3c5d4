import type { JsMsg } from '@nats-io/jetstream';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import { createBatchConsumer } from '#platform/events/batchConsumer.ts';
import { Poison } from '#platform/events/errors.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { INGEST } from '#platform/events/streams.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { applyFacts } from '../commands/applyFacts.ts';
import type { HealthRecorder } from '../health/healthRecorder.ts';
import type { InboundChannel, InboundFact, ToFacts } from '../platforms/inbound.ts';
import { instagramToFacts } from '../platforms/instagram/toFacts.ts';
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
  /** Answers a button that was pressed, some time after what it said is kept. */
  readonly onCallback: (companyId: string, channelId: string, callbackId: string) => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** One transaction for so many events at most: what is locked in it is locked for a few milliseconds. */
const MAX_BATCH = 200;

const adapters = {
  MESSENGER: messengerToFacts,
  INSTAGRAM: instagramToFacts,
  TELEGRAM: telegramToFacts,
  WHATSAPP: whatsappToFacts,
  WEB_CHAT: webChatToFacts,
} as const satisfies Record<Platform, ToFacts>;

/** One for each platform: a flood on one holds up no other. */
export function createNormalisers(options: NormaliserOptions): Part[] {
  return Object.entries(adapters).map(([platform, toFacts]) =>
    createNormaliser(platform as Platform, toFacts, options),
  );
}

interface Event {
  readonly companyId: string;
  readonly channelId: string;
  readonly facts: readonly InboundFact[];
}

/**
 * Turns what one platform sent into facts that other contexts understand. What has no rule is parked with the reason, to
 * be looked at and replayed: an event is never dropped. Only what is said of an account that nobody has connected is left
 * alone, and counted.
 */
function createNormaliser(platform: Platform, toFacts: ToFacts, options: NormaliserOptions): Part {
  const { nats, database, accounts, health, metrics } = options;
  const seen = metrics.counter(
    'switchboard_channels_facts_total',
    'What platforms told, by kind and whether it was new',
    ['platform', 'kind', 'outcome'],
  );
  const unknown = metrics.counter(
    'switchboard_channels_unknown_accounts_total',
    'Events of accounts that nobody has connected',
    ['platform'],
  );
  const name = platform.toLowerCase().replace('_', '');

  async function channelOf({ headers, subject }: JsMsg): Promise<(InboundChannel & { companyId: string }) | undefined> {
    const [id, companyId] = [headers?.get('channel'), headers?.get('company')];
    const externalId = headers?.get('account') || subject.split('.').slice(2).join('.');
    if (id && companyId) return { id, companyId, externalId };
    const channel = await accounts.find(platform, externalId);
    return channel && { ...channel, externalId };
  }

  return createBatchConsumer<Event>({
    nats,
    stream: INGEST.name,
    durable: platform === 'TELEGRAM' ? 'channels-normalise' : `channels-normalise-${name}`,
    filterSubject: `ingest.${name}.>`,
    maxBatch: MAX_BATCH,
    async read(message) {
      const channel = await channelOf(message);
      if (!channel) {
        unknown.inc({ platform });
        return undefined;
      }
      return { companyId: channel.companyId, channelId: channel.id, facts: toFacts(channel, jsonOf(message)) };
    },
    async handle(events) {
      for (const [companyId, ofCompany] of Map.groupBy(events, (event) => event.companyId)) {
        const facts = ofCompany.flatMap((event) => event.facts);
        for (const { kind, isNew } of await applyFacts(database, companyId, facts)) {
          seen.inc({ platform, kind, outcome: isNew ? 'new' : 'repeated' });
        }
        for (const { channelId } of ofCompany) health.note(companyId, channelId, { lastEventAt: new Date() });
        for (const event of ofCompany) answerCallbacks(event);
      }
    },
    logger: options.logger,
    metrics,
  });

  function answerCallbacks({ companyId, channelId, facts }: Event): void {
    for (const fact of facts) if (fact.kind === 'callback') options.onCallback(companyId, channelId, fact.callbackId);
  }
}

function jsonOf(message: JsMsg): unknown {
  try {
    return message.json();
  } catch (error) {
    throw Poison.because('the webhook’s body is not JSON', error);
  }
}
