import type { z } from 'zod';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { messageReceived } from '#schema/events/channels.ts';
import type { Database } from '#platform/postgres/database.ts';

/**
 * Tells that a message came in, once: the row and the event are one transaction, and the row's key is the platform's own
 * id of the message. Repetitions change nothing, however many run at the same time.
 *
 * @returns Whether this was the first time.
 */
export function receiveMessage(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  data: z.output<typeof messageReceived.data>,
): Promise<boolean> {
  return database.write(companyId, async ({ sql, publish }) => {
    const inserted = await sql`
      insert into channels.received_messages (company_id, channel_id, external_id)
      values (${companyId}, ${data.channelId}, ${data.externalMessageId})
      on conflict do nothing returning 1 as first`;
    if (inserted.length === 0) return false;
    publish({ type: 'channel.message.received', actor: { kind: 'contact', id: data.contact.externalId }, data });
    return true;
  });
}
