import type { JsMsg } from '@nats-io/jetstream';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { createConsumer } from '#platform/events/consumer.ts';
import { Poison } from '#platform/events/errors.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { INGEST } from '#platform/events/streams.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { receiveMessage } from '../commands/receiveMessage.ts';
import type { ToFacts } from '../platforms/inbound.ts';
import type { Platform } from '#schema/events/values.ts';

const CONCURRENCY = 8;

/**
 * Turns what the platforms sent into facts that other contexts understand. What has no rule (yet) is parked with the
 * reason, to be looked at and replayed: an update is never dropped.
 */
export function createNormaliser(options: {
  readonly platform: Platform;
  /** The consumer's name on the server. */
  readonly durable: string;
  readonly subject: string;
  readonly toFacts: ToFacts;
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { platform, toFacts, nats, database, logger, metrics } = options;
  const normalised = metrics.counter('switchboard_channels_messages_received_total', 'Messages that came in', [
    'platform',
    'outcome',
  ]);
  const read = new WeakMap<JsMsg, unknown>();

  /** Parsed once, for the key and for the handler. */
  function updateOf(message: JsMsg): unknown {
    const update = read.has(message) ? read.get(message) : parseJson(message);
    read.set(message, update);
    return update;
  }

  return createConsumer({
    nats,
    stream: INGEST.name,
    durable: options.durable,
    filterSubject: options.subject,
    concurrency: CONCURRENCY,
    // A bot's messages stay in the order in which the platform sent them.
    keyOf: (message) => message.subject,
    async handle(message) {
      const update = updateOf(message);
      if (update instanceof Poison) throw update;
      const companyId = message.headers?.get('company') ?? '';
      const channelId = message.headers?.get('channel') ?? '';
      for (const fact of toFacts({ id: channelId, externalId: '' }, update)) {
        if (fact.kind !== 'message') throw Poison.because(`no rule for facts of kind ${fact.kind}`);
        const first = await receiveMessage(database, companyId, fact.data);
        normalised.inc({ platform, outcome: first ? 'new' : 'repeated' });
        if (!first) logger.debug({ channelId, externalMessageId: fact.data.externalMessageId }, 'a message came again');
      }
    },
    logger,
    metrics,
  });
}

function parseJson(message: JsMsg): unknown {
  try {
    return message.json();
  } catch (error) {
    return Poison.because('the webhook’s body is not JSON', error);
  }
}
