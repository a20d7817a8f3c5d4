import type { AnyEvent } from '#platform/events/catalogue.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { allTold } from '#test/stack/allTold.ts';
import { stored } from '#test/stack/stored.ts';

export type Event = AnyEvent<SwitchboardCatalogue>;

/** What the channels have told of a company, oldest first: all that was committed by now. */
export async function readEvents(
  { nats, adminUrl }: { readonly nats: NatsPart; readonly adminUrl: string },
  companyId: string,
): Promise<Event[]> {
  await allTold(adminUrl, 'channels');
  const messages = await stored(nats, `events.channel.${companyId}.>`);
  return messages.map((message) => message.json<Event>());
}
