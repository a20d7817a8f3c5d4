import { isDeepStrictEqual } from 'node:util';
import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { FactError } from '../errors.ts';
import { keepStored } from '../rules/attachments.ts';
import { changeMessage } from './changeMessage.ts';

/**
 * A file of a message has a copy of our own. One that could not be fetched is told as well, and stays with the address that
 * the platform gave, for as long as that lives.
 */
export async function storeAttachment(
  database: Database<SwitchboardCatalogue>,
  event: Pick<EventOf<SwitchboardCatalogue, 'channel.attachment.stored'>, 'companyId' | 'data'>,
): Promise<void> {
  const { attachment, externalMessageId } = event.data;
  const { id } = attachment;
  await changeMessage(database, event, 'ATTACHMENTS', (message) => {
    if (id === null || !message.attachments.some((one) => one.id === id)) {
      // The author has put something else in its place meanwhile.
      if (message.editedAt) return false;
      throw FactError.attachmentMissing(String(id), externalMessageId);
    }
    const told = message.attachments.map((one) => (one.id === id ? attachment : one));
    const attachments = keepStored(message.attachments, told);
    if (isDeepStrictEqual(attachments, message.attachments)) return false;
    message.attachments = attachments;
    return true;
  });
}
