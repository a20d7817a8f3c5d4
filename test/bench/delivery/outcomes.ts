import type { NatsPart } from '#platform/events/nats.ts';
import { parseEvent } from '#platform/events/catalogue.ts';
import { EVENTS } from '#platform/events/streams.ts';
import { catalogue } from '#schema/events/catalogue.ts';

export interface Outcome {
  /** What was told of the message, in order: a status, or the code of a failure. */
  readonly told: readonly string[];
  /** When the first of it was heard, in milliseconds since the epoch. */
  readonly at: number;
}

export type Outcomes = Awaited<ReturnType<typeof watchOutcomes>>;

/** Listens to what is told of deliveries, by the message. */
export async function watchOutcomes(nats: NatsPart) {
  const byMessage = new Map<string, Outcome>();
  const consumer = await nats.jetstream.consumers.get(EVENTS.name, {
    filter_subjects: 'events.channel.*.delivery.updated',
  });
  const messages = await consumer.consume();
  const listening = (async () => {
    for await (const message of messages) {
      const event = parseEvent(catalogue, message.json());
      if (event?.type !== 'channel.delivery.updated' || event.data.messageId === null) continue;
      const { messageId, status, failure } = event.data;
      const before = byMessage.get(messageId);
      byMessage.set(messageId, { at: Date.now(), ...before, told: [...(before?.told ?? []), failure?.code ?? status] });
    }
  })();

  return {
    of: (messageId: string): Outcome | undefined => byMessage.get(messageId),
    async stop() {
      messages.stop();
      await listening;
    },
  };
}
