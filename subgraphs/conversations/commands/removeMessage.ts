import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { changeMessage, takeBack } from './changeMessage.ts';

/** The author took it back. */
export async function removeMessage(
  database: Database<SwitchboardCatalogue>,
  event: Pick<EventOf<SwitchboardCatalogue, 'channel.message.removed'>, 'companyId' | 'data'>,
): Promise<void> {
  const { data } = event;
  await changeMessage(database, event, 'REMOVED', async (message, transaction) => {
    await takeBack(transaction, message, new Date(data.removedAt));
    return true;
  });
}
