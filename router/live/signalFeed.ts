import type { Msg, Subscription } from '@nats-io/nats-core';
import type { z } from 'zod';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { createCompanyListeners } from './companyListeners.ts';

export interface SignalFeed<S> extends Part {
  /** Tells what is said of a company from now on. @returns ends it. */
  listen(companyId: string, listener: (signal: S) => void): () => void;
  /** The same of all companies, for as long as this runs. */
  listenToAll(listener: (companyId: string, signal: S) => void): void;
}

const COMPANY = '{company}';

/**
 * Hears once for all subscriptions of this process what is said at the moment. While NATS is away nothing is heard, and nothing
 * is made up for: what was said is old by then.
 *
 * @param options.subject subject template, as `@signals` has it.
 */
export function createSignalFeed<S>(options: {
  readonly name: string;
  readonly subject: string;
  readonly schema: z.ZodType<S>;
  readonly nats: NatsPart;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): SignalFeed<S> {
  const { name, subject, schema, nats, logger } = options;
  const heard = options.metrics.counter('switchboard_router_signals_total', 'Signals heard', ['feed', 'outcome']);
  const companyAt = subject.split('.').indexOf(COMPANY);
  const listeners = createCompanyListeners<(signal: S) => void>();
  const listenersToAll: ((companyId: string, signal: S) => void)[] = [];
  let subscription: Subscription | undefined;

  function dispatch(message: Msg): void {
    const signal = read(message);
    heard.inc({ feed: name, outcome: signal ? 'read' : 'unreadable' });
    if (!signal) return;
    const companyId = message.subject.split('.')[companyAt] ?? '';
    for (const listener of listeners.of(companyId)) listener(signal);
    for (const listener of listenersToAll) listener(companyId, signal);
  }

  function read(message: Msg): S | undefined {
    try {
      return schema.parse(message.json());
    } catch (error) {
      logger.error({ err: error, subject: message.subject }, 'live: a signal could not be read');
      return undefined;
    }
  }

  return {
    name: `${name} feed`,
    async start() {
      subscription = nats.connection.subscribe(subject.replace(COMPANY, '*'), {
        callback(error, message) {
          if (error) logger.warn({ err: error }, 'live: hearing signals was interrupted');
          else dispatch(message);
        },
      });
      // Known to the server before anybody subscribes here.
      await nats.connection.flush();
    },
    async stop() {
      subscription?.unsubscribe();
      subscription = undefined;
    },
    listen: (companyId, listener) => listeners.listen(companyId, listener),
    listenToAll: (listener) => void listenersToAll.push(listener),
  };
}
