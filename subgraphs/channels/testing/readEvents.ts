import type { AnyEvent } from '#platform/events/catalogue.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

export type Event = AnyEvent<SwitchboardCatalogue>;

/** What the stream holds of a company, told by the channels, oldest first. */
export async function readEvents(nats: NatsPart, companyId: string): Promise<Event[]> {
  const filter = { filter_subjects: `events.channel.${companyId}.>` };
  const consumer = await nats.jetstream.consumers.get('EVENTS', filter);
  const { num_pending: pending } = await consumer.info();
  const events: Event[] = [];
  if (pending === 0) return events;
  for await (const message of await consumer.fetch({ max_messages: pending, expires: 1_000 })) {
    events.push(message.json<Event>());
  }
  return events;
}
