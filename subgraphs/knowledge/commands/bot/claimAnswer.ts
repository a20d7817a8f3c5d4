import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import { fragment } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { questionOf } from '../../bot/question.ts';

export type BotAsked = EventOf<SwitchboardCatalogue, 'conversation.bot.asked'>;

/**
 * Takes note that somebody waits for an answer, once for each time that they ask. What they asked before and is not answered yet is
 * answered with it. What will be looked up is written down before it is: whatever becomes of the answer, erasing finds what was made of it.
 *
 * @returns Whether there is something to do: it is not answered yet, and the contact has not written more since.
 */
export async function claimAnswer(
  database: Database<SwitchboardCatalogue>,
  { id, companyId, occurredAt, data }: BotAsked,
): Promise<boolean> {
  return database.write(companyId, async ({ sql }) => {
    const { conversationId, messageId, ordinal, turns } = data;
    const newer = fragment`select from knowledge.bot_answers
      where company_id = ${companyId} and conversation_id = ${conversationId} and ordinal > ${ordinal}`;
    await sql`
      insert into knowledge.bot_answers (company_id, id, conversation_id, message_id, ordinal, status, asked_at, looked_up)
      values (${companyId}, ${id}, ${conversationId}, ${messageId}, ${ordinal},
        case when exists (${newer}) then 'REPLACED' else 'RUNNING' end, ${occurredAt},
        ${questionOf(turns)?.query ?? null})
      on conflict (company_id, id) do nothing`;
    await sql`
      update knowledge.bot_answers set status = 'REPLACED', settled_at = now()
      where company_id = ${companyId} and conversation_id = ${conversationId} and ordinal < ${ordinal} and status = 'RUNNING'`;
    const [claim] = await sql`
      select from knowledge.bot_answers where company_id = ${companyId} and id = ${id} and status = 'RUNNING'`;
    return claim !== undefined;
  });
}
