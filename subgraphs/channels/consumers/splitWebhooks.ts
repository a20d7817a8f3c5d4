import type { JsMsg } from '@nats-io/jetstream';
import { headers } from '@nats-io/nats-core';
import { createConsumer } from '#platform/events/consumer.ts';
import { park } from '#platform/events/deadLetters.ts';
import { Poison } from '#platform/events/errors.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { INGEST } from '#platform/events/streams.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { injectTrace } from '#platform/tracing/tracing.ts';
import type { RoutedEvent } from '../platforms/meta/metaEvent.ts';
import { splitWebhook } from '../platforms/meta/splitWebhook.ts';

const DURABLE = 'channels-split';
/** Bodies are small and the work is passing them on; what takes time is the stream's answer. */
const CONCURRENCY = 64;
const PUBLISH_LIMIT_MS = 5_000;

/**
 * Takes the bodies of Meta's webhooks apart, which hold any number of events of any companies: each becomes a message of
 * its own, so that one that fails holds up and is parked without the others. A body that is taken apart twice gives the
 * same ids, which the stream keeps once; what comes later than that is known by what it says.
 */
export function createWebhookSplitter(options: {
  readonly nats: NatsPart;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats } = options;

  async function pass(event: RoutedEvent, message: JsMsg, index: number): Promise<void> {
    const subject = `ingest.${event.platform.toLowerCase()}.${event.accountId}`;
    const carrier: Record<string, string> = {};
    injectTrace(carrier);
    const head = headers();
    for (const [key, value] of Object.entries(carrier)) head.set(key, value);
    const msgID = `split:${String(message.seq)}:${String(index)}`;
    await nats.jetstream.publish(subject, JSON.stringify(event.event), {
      msgID,
      headers: head,
      timeout: PUBLISH_LIMIT_MS,
    });
  }

  return createConsumer({
    ...options,
    stream: INGEST.name,
    durable: DURABLE,
    filterSubject: 'ingest.meta',
    concurrency: CONCURRENCY,
    async handle(message) {
      const events = splitWebhook(jsonOf(message));
      await Promise.all(
        events.map((event, index) => {
          if (event.platform !== null) return pass(event, message, index);
          const part = { index, body: JSON.stringify(event.event) };
          return park(nats, { message, part, durable: DURABLE, error: Poison.because(event.reason), attempts: 1 });
        }),
      );
    },
  });
}

function jsonOf(message: JsMsg): unknown {
  try {
    return message.json();
  } catch (error) {
    throw Poison.because('the webhook’s body is not JSON', error);
  }
}
