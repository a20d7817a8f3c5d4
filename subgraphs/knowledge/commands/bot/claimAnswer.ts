import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

export type BotAsked = EventOf<SwitchboardCatalogue, 'conversation.bot.asked'>;

/**
 * Takes note that somebody waits for an answer, once for each time that they ask.
 *
 * @returns Whether there is something to do: it is not answered yet, and the contact has not written more since.
 */
export async function claimAnswer(
  database: Database<SwitchboardCatalogue>,
  { id, companyId, occurredAt, data }: BotAsked,
): Promise<boolean> {
  return database.write(companyId, async ({ sql }) => {
    const { conversationId, messageId, ordinal } = data;
    await sql`
      insert into knowledge.bot_answers (company_id, id, conversation_id, message_id, ordinal, asked_at)
      values (${companyId}, ${id}, ${conversationId}, ${messageId}, ${ordinal}, ${occurredAt})
      on conflict (company_id, id) do nothing`;
    const [claim] = await sql`
      select from knowledge.bot_answers a
      where company_id = ${companyId} and id = ${id} and status = 'RUNNING' and not exists (
        select from knowledge.bot_answers newer
        where newer.company_id = ${companyId} and newer.conversation_id = ${conversationId} and newer.ordinal > ${ordinal})`;
    return claim !== undefined;
  });
}
