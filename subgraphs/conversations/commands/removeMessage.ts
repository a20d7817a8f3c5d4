import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { changeMessage, rewordMessage } from './changeMessage.ts';

/** The author took it back: that there was a message stays, what it said does not, and nobody finds it by its words. */
export async function removeMessage(
  database: Database<SwitchboardCatalogue>,
  event: Pick<EventOf<SwitchboardCatalogue, 'channel.message.removed'>, 'companyId' | 'data'>,
): Promise<void> {
  const { data } = event;
  await changeMessage(database, event, 'REMOVED', async (message, transaction) => {
    await rewordMessage(transaction, message, null);
    message.attachments = [];
    message.deletedAt = new Date(data.removedAt);
    return true;
  });
}
