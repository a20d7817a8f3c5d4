import { LRUCache } from 'lru-cache';
import type { EventOf } from '#platform/events/catalogue.ts';
import { createEventConsumer } from '#platform/events/eventConsumer.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { typingSignal, typingSubject } from '#schema/events/signals.ts';
import { id } from '#schema/events/values.ts';
import { openAccount } from '../credentials/openAccount.ts';
import type { Signal } from '../platforms/outbound.ts';
import type { Senders } from '../platforms/senders.ts';
import { signalTarget } from '../queries/signalTarget.ts';

/** One process of all acts. */
const QUEUE = 'channels-signals';
/** The platforms show it for 5 seconds and longer. */
const TYPING_EVERY_MS = 4_000;
/** Of what is older, for one after an outage, nobody wants to be told. */
const READ_LIMIT_MS = 60_000;
/** More at once are dropped: messages are worth more than what goes on around them. */
const CONCURRENCY = 16;
const MAX_THREADS = 10_000;

interface Thread {
  readonly companyId: string;
  readonly channelId: string;
  readonly threadExternalId: string;
}

/** Shows contacts that somebody of the company types, or has read. What fails is counted and forgotten. */
export function createSignals(options: {
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly senders: Senders;
  readonly keyring: Keyring;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, database, senders, keyring, logger, metrics } = options;
  const signals = metrics.counter('switchboard_channels_signals_total', 'What contacts were shown, by outcome', [
    'signal',
    'outcome',
  ]);
  const shown = new LRUCache<string, true>({ max: MAX_THREADS, ttl: TYPING_EVERY_MS });
  const running = new Set<Promise<void>>();
  let listening: { unsubscribe(): void } | undefined;

  async function show(thread: Thread, kind: Signal['kind']): Promise<void> {
    try {
      const target = await signalTarget(database, thread);
      const account = target && openAccount(keyring, thread.companyId, { ...target, channelId: thread.channelId });
      if (!account) return;
      const signal: Signal = { kind, externalMessageId: target.lastInboundExternalId };
      await senders[account.platform].signal(account, thread.threadExternalId, signal);
      signals.inc({ signal: kind, outcome: 'shown' });
    } catch (error) {
      signals.inc({ signal: kind, outcome: 'failed' });
      logger.debug({ err: error, channelId: thread.channelId, signal: kind }, 'a signal was not shown');
    }
  }

  function onTyping(subject: string, body: unknown): void {
    const [, companyId = ''] = subject.split('.');
    const said = typingSignal.safeParse(body);
    if (!said.success || !id.safeParse(companyId).success) {
      signals.inc({ signal: 'typing', outcome: 'unreadable' });
      return;
    }
    const { channelId, threadExternalId, author, isTyping } = said.data;
    // A contact's own typing is for the agents; that somebody stopped is shown by the time that passes.
    if (!isTyping || (author.kind !== 'AGENT' && author.kind !== 'BOT')) return;
    const key = `${channelId}:${threadExternalId}`;
    if (shown.has(key)) return;
    if (running.size >= CONCURRENCY) {
      signals.inc({ signal: 'typing', outcome: 'dropped' });
      return;
    }
    shown.set(key, true);
    const run = show({ companyId, channelId, threadExternalId }, 'typing').finally(() => running.delete(run));
    running.add(run);
  }

  async function onRead({ companyId, occurredAt, data }: EventOf<SwitchboardCatalogue, 'conversation.read'>) {
    const { channelId, threadExternalId } = data.conversation;
    if (threadExternalId === null || Date.now() - Date.parse(occurredAt) > READ_LIMIT_MS) return;
    await show({ companyId, channelId, threadExternalId }, 'seen');
  }

  const reads = createEventConsumer({
    nats,
    durable: 'channels-signals',
    filterSubject: 'events.conversation.*.read',
    catalogue,
    handlers: { 'conversation.read': onRead },
    concurrency: CONCURRENCY,
    logger,
    metrics,
  });

  return {
    name: 'signals',
    async start() {
      listening = nats.connection.subscribe(typingSubject('*'), {
        queue: QUEUE,
        callback(error, message) {
          if (!error) onTyping(message.subject, jsonOf(message));
        },
      });
      await reads.start();
    },
    async stop() {
      listening?.unsubscribe();
      listening = undefined;
      await reads.stop();
      await Promise.all(running);
    },
  };
}

function jsonOf(message: { json(): unknown }): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}
