import type { AnyEvent } from '#platform/events/catalogue.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { allTold } from '#test/stack/allTold.ts';

export type Event = AnyEvent<SwitchboardCatalogue>;

/** What the channels have told of a company, oldest first: all that was committed by now. */
export async function readEvents(
  { nats, adminUrl }: { readonly nats: NatsPart; readonly adminUrl: string },
  companyId: string,
): Promise<Event[]> {
  await allTold(adminUrl, 'channels');
  const filter = { filter_subjects: `events.channel.${companyId}.>` };
  const consumer = await nats.jetstream.consumers.get('EVENTS', filter);
  const { num_pending: pending } = await consumer.info();
  const events: Event[] = [];
  if (pending === 0) return events;
  for await (const message of await consumer.fetch({ max_messages: pending, expires: 10_000 })) {
    events.push(message.json<Event>());
  }
  return events;
}
