import { isDeepStrictEqual } from 'node:util';
import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { keepStored } from '../rules/attachments.ts';
import { changeMessage, rewordMessage } from './changeMessage.ts';

/**
 * A further picture of an album came in. Albums only grow, so fewer pictures than are known come late; and a text that the
 * author has changed meanwhile is not turned back.
 */
export async function extendMessage(
  database: Database<SwitchboardCatalogue>,
  event: Pick<EventOf<SwitchboardCatalogue, 'channel.message.extended'>, 'companyId' | 'data'>,
): Promise<void> {
  const { data } = event;
  await changeMessage(database, event, 'ATTACHMENTS', async (message, transaction) => {
    if (data.attachments.length < message.attachments.length) return false;
    const text = message.editedAt ? message.text : data.text;
    const attachments = keepStored(message.attachments, data.attachments);
    if (text === message.text && isDeepStrictEqual(attachments, message.attachments)) return false;
    await rewordMessage(transaction, message, text);
    message.attachments = attachments;
    return true;
  });
}
