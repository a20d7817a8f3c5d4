import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { MessageEntity } from '../entities/message.ts';
import { keepStored } from '../rules/attachments.ts';
import { changeMessage, rewordMessage } from './changeMessage.ts';

type Edited = EventOf<SwitchboardCatalogue, 'channel.message.edited'>;

/** The author wrote it anew. An edit that is older than the one that is known changes nothing. */
export async function editMessage(
  database: Database<SwitchboardCatalogue>,
  event: Pick<Edited, 'companyId' | 'data'>,
): Promise<void> {
  const { data } = event;
  await changeMessage(database, event, 'EDITED', async (message, transaction) => {
    if (!isNewer(message, data)) return false;
    await rewordMessage(transaction, message, data.text);
    if (data.attachments) message.attachments = keepStored(message.attachments, data.attachments);
    message.editedAt = new Date(data.editedAt);
    return true;
  });
}

/** Some platforms tell whole seconds: of two edits in one of them, the one that comes later is the later one. */
function isNewer(message: MessageEntity, { text, editedAt }: Edited['data']): boolean {
  const distance = Date.parse(editedAt) - (message.editedAt?.getTime() ?? -Infinity);
  return distance > 0 || (distance === 0 && text !== message.text);
}
