import type { z } from 'zod';
import type { NewEvent } from '#platform/events/catalogue.ts';
import type { WriteTransaction } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { attachment } from '#schema/events/values.ts';

type Publish = WriteTransaction<SwitchboardCatalogue>['publish'];
type Event = NewEvent<SwitchboardCatalogue>;
type Given = z.input<typeof attachment>;

/**
 * Tells, after what happened to a message, of each file in it of which there is no copy yet: few messages have any, and who
 * fetches files need not read the others. The same file may be told of again, with another state of its message.
 */
export function tellingFiles(publish: Publish): Publish {
  return (event) => {
    publish(event);
    for (const found of filesIn(event)) publish(found);
  };
}

function filesIn({ data }: Event): Event[] {
  if (!('attachments' in data)) return [];
  const { channelId, threadExternalId, externalMessageId, attachments } = data;
  return (attachments ?? []).filter(isFetchable).map((attachment) => ({
    type: 'channel.attachment.found',
    actor: { kind: 'system' },
    data: { channelId, threadExternalId, externalMessageId, attachment },
  }));
}

/** Whether somewhere there is a file of which we have no copy. */
function isFetchable(attachment: Given): attachment is Given & { readonly id: string } {
  const { id, url, platformFileId, fileKey } = attachment;
  return Boolean(id) && !fileKey && (url !== null || platformFileId !== null);
}
