import { fragment, type Sql } from '#platform/postgres/sql.ts';
import { hashOf } from '../../embedding/cache/vectors.ts';
import { normalQuery } from '../../search/normalQuery.ts';

/** So many different questions are counted of each company; what is asked least, and longest ago, gives way. */
export const COUNTED = 500;

/** How common a question is: what was asked a week ago counts for a third. */
export const commonness = fragment`ln(count) + extract(epoch from last_asked_at) / (7 * 24 * 60 * 60)`;

/** Takes note that something was looked up to be answered. Belongs into a transaction of the caller's. */
export async function countQuestion(sql: Sql, companyId: string, query: string): Promise<void> {
  const hash = questionHash(query);
  const [counted] = await sql<{ count: number }>`
    insert into knowledge.asked_questions as q (company_id, question_hash, query, count, last_asked_at)
    values (${companyId}, ${hash}, ${query.trim()}, 1, now())
    on conflict (company_id, question_hash) do update set count = q.count + 1, last_asked_at = now()
    returning count`;
  if (counted?.count !== 1) return;
  // The new one stays, or nothing that begins to be asked would ever be counted.
  await sql`
    delete from knowledge.asked_questions where company_id = ${companyId} and question_hash in (
      select question_hash from knowledge.asked_questions where company_id = ${companyId} and question_hash <> ${hash}
      order by ${commonness} desc, question_hash offset ${COUNTED - 1})`;
}

/** Forgets that these were asked. Belongs into a transaction of the caller's. */
export async function forgetQuestions(sql: Sql, companyId: string, queries: readonly string[]): Promise<void> {
  await sql`
    delete from knowledge.asked_questions
    where company_id = ${companyId} and question_hash = any(${queries.map(questionHash)}::text[])`;
}

function questionHash(query: string): string {
  return hashOf(normalQuery(query));
}
