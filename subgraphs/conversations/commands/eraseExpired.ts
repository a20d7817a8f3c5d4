import { v7 } from 'uuid';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { eraseMessages } from './eraseMessages.ts';

/** A step is short, so that whoever opens the conversation again at this moment does not wait. */
const MESSAGES_PER_STEP = 200;

/**
 * Erases contents of a conversation that have been kept for as long as the company wants, a step of them.
 *
 * @param at What time it is.
 * @returns How many messages; undefined when somebody else has the conversation in hand, or it is not due any more.
 */
export async function eraseExpired(
  database: Database<SwitchboardCatalogue>,
  { companyId, id: conversationId }: { readonly companyId: string; readonly id: string },
  at: Date,
): Promise<{ readonly messages: number; readonly isDone: boolean } | undefined> {
  return database.write(companyId, async (transaction) => {
    const { sql, publish } = transaction;
    const [due] = await sql`
      select c.id from conversations.conversations c
      join conversations.retention_settings s on s.company_id = c.company_id
      where c.company_id = ${companyId} and c.id = ${conversationId} and c.status = 'RESOLVED'
        and c.resolved_at < ${at}::timestamptz - s.retention_days * interval '1 day'
      for no key update of c skip locked`;
    if (!due) return undefined;
    const step = { companyId, conversationId, most: MESSAGES_PER_STEP };
    const { messages, fileKeys } = await eraseMessages(transaction, step);
    if (messages.length > 0) {
      publish({
        type: 'conversation.erased',
        actor: { kind: 'system' },
        data: {
          jobId: null,
          partId: v7(),
          contactIds: [],
          identities: [],
          last: false,
          messages: [...messages],
          fileKeys: [...fileKeys],
        },
      });
    }
    const isDone = messages.length < MESSAGES_PER_STEP;
    if (isDone) {
      await sql`
        update conversations.conversations set contents_erased_at = ${at}::timestamptz
        where company_id = ${companyId} and id = ${conversationId}`;
    }
    return { messages: messages.length, isDone };
  });
}
