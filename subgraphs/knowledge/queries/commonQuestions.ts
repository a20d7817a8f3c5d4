import type { Sql } from '#platform/postgres/sql.ts';
import { commonness } from '../commands/bot/countQuestion.ts';

/** What was asked once is not common. */
const COMMON = 2;

/** What is asked most of a company, the most common first. */
export async function commonQuestions(sql: Sql, companyId: string, most: number): Promise<string[]> {
  const rows = await sql<{ query: string }>`
    select query from knowledge.asked_questions
    where company_id = ${companyId} and count >= ${COMMON} order by ${commonness} desc, question_hash limit ${most}`;
  return rows.map(({ query }) => query);
}
