import type { JsMsg } from '@nats-io/jetstream';
import { z } from 'zod';
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
import { toMessageReceived } from '../telegram/toMessageReceived.ts';
import { updateSchema, type TelegramUpdate } from '../telegram/update.ts';

const CONCURRENCY = 8;

/**
 * Turns what the platforms sent into facts that other contexts understand. What has no rule (yet) is parked with the
 * reason, to be looked at and replayed: an update is never dropped.
 */
export function createNormaliser(options: {
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, database, logger, metrics } = options;
  const normalised = metrics.counter('switchboard_channels_messages_received_total', 'Messages that came in', [
    'platform',
    'outcome',
  ]);
  const read = new WeakMap<JsMsg, TelegramUpdate | Poison>();

  /** Parsed once, for the key and for the handler. */
  function updateOf(message: JsMsg): TelegramUpdate | Poison {
    const update = read.get(message) ?? parseUpdate(message);
    read.set(message, update);
    return update;
  }

  return createConsumer({
    nats,
    stream: INGEST.name,
    durable: 'channels-normalise',
    filterSubject: 'ingest.telegram.>',
    concurrency: CONCURRENCY,
    // A chat's messages stay in the order in which the platform sent them.
    keyOf(message) {
      const update = updateOf(message);
      const chat = update instanceof Poison ? message.seq : (update.message?.chat.id ?? message.seq);
      return `${message.subject}:${chat}`;
    },
    async handle(message) {
      const update = updateOf(message);
      if (update instanceof Poison) throw update;
      if (!update.message) throw Poison.because(`no rule for updates of kind ${kindOf(update)}`);
      const companyId = message.headers?.get('company') ?? '';
      const channelId = message.headers?.get('channel') ?? '';
      const received = toMessageReceived(channelId, update.message);
      if (!received) throw Poison.because(`no rule for a message of ${Object.keys(update.message).join(', ')}`);
      const first = await receiveMessage(database, companyId, received);
      normalised.inc({ platform: 'TELEGRAM', outcome: first ? 'new' : 'repeated' });
      if (!first) logger.debug({ channelId, externalMessageId: received.externalMessageId }, 'a message came again');
    },
    logger,
    metrics,
  });
}

function parseUpdate(message: JsMsg): TelegramUpdate | Poison {
  let json: unknown;
  try {
    json = message.json();
  } catch (error) {
    return Poison.because('the webhook’s body is not JSON', error);
  }
  const update = updateSchema.safeParse(json);
  return update.success
    ? update.data
    : Poison.because(`not an update of Telegram: ${z.prettifyError(update.error)}`, update.error);
}

/** Besides its id, an update has one field, named for what happened. */
function kindOf(update: TelegramUpdate): string {
  return Object.keys(update).find((key) => key !== 'update_id') ?? 'nothing';
}
