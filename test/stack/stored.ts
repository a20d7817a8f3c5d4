import type { JsMsg } from '@nats-io/jetstream';
import type { NatsPart } from '#platform/events/nats.ts';
import { EVENTS } from '#platform/events/streams.ts';

/** What the stream of events holds of a subject at this moment, oldest first. What is on its way there is waited for by `allTold`. */
export async function stored(nats: NatsPart, subject: string): Promise<JsMsg[]> {
  const consumer = await nats.jetstream.consumers.get(EVENTS.name, { filter_subjects: subject });
  const messages: JsMsg[] = [];
  const { num_pending: count } = await consumer.info();
  while (messages.length < count) {
    // What a busy server has not sent when the time is up is asked for again.
    const batch = await consumer.fetch({ max_messages: count - messages.length, expires: 10_000 });
    for await (const message of batch) messages.push(message);
  }
  return messages;
}
