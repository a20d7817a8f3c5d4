import { instantOf, readEvent } from '../fields.ts';
import type { InboundFact } from '../inbound.ts';
import { contentOf } from './content.ts';
import { editSchema, reactionSchema, revokeSchema, type WhatsappAnyMessage } from './events.ts';

/** What is told as a message and changes an earlier one; undefined for a message of its own. */
export function changeFacts(
  place: { readonly channelId: string; readonly threadExternalId: string },
  message: WhatsappAnyMessage,
  byExternalId: string,
): readonly InboundFact[] | undefined {
  const at = instantOf(message.timestamp);
  switch (message.type) {
    case 'reaction': {
      const { message_id, emoji } = readEvent(reactionSchema, message['reaction'], 'a reaction of WhatsApp');
      // No emoji, or an empty one: it was taken back.
      const data = { ...place, externalMessageId: message_id, byExternalId, emoji: emoji || null, reactedAt: at };
      return [{ kind: 'reaction', data }];
    }
    case 'edit': {
      const edit = readEvent(editSchema, message['edit'], 'an edit of WhatsApp');
      const { text } = contentOf(edit.message);
      // A caption can be changed, the file below it cannot.
      const data = { ...place, externalMessageId: edit.original_message_id, text, attachments: null, editedAt: at };
      return [{ kind: 'edit', data, revision: message.timestamp }];
    }
    case 'revoke': {
      const { original_message_id } = readEvent(revokeSchema, message['revoke'], 'a revocation of WhatsApp');
      return [{ kind: 'removal', data: { ...place, externalMessageId: original_message_id, removedAt: at } }];
    }
    default:
      return undefined;
  }
}
