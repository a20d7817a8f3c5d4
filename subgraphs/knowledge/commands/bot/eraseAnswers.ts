import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { forgetQuestions } from './countQuestion.ts';
import { forgetVectors } from '../forgetVectors.ts';

/**
 * Forgets what the bot was asked by messages that are erased, what it said and how it came to that, and the question where it had
 * no answer. Questions of others that are like it stay.
 */
export async function eraseAnswers(
  database: Database<SwitchboardCatalogue>,
  { companyId, data }: Pick<EventOf<SwitchboardCatalogue, 'conversation.erased'>, 'companyId' | 'data'>,
): Promise<void> {
  const { jobId, partId, messages, last } = data;
  const ids = messages.map(({ messageId }) => messageId);
  await database.write(companyId, async ({ sql, publish }) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('questions ' || ${companyId}, 0))`;
    const questions = await sql<{ clusterId: string }>`
      delete from knowledge.unanswered_questions
      where company_id = ${companyId} and (id = any(${ids}::uuid[]) or message_id = any(${ids}::uuid[]))
      returning cluster_id as "clusterId"`;
    const clusterIds = [...new Set(questions.map(({ clusterId }) => clusterId))];
    await sql`
      delete from knowledge.question_clusters c
      where company_id = ${companyId} and id = any(${clusterIds}::uuid[]) and not exists (
        select from knowledge.unanswered_questions q where q.company_id = ${companyId} and q.cluster_id = c.id)`;
    // Called by another's words from now on: whose the first were, nobody knows any more.
    await sql`
      update knowledge.question_clusters c set
        count = (select count(*) from knowledge.unanswered_questions q where q.company_id = ${companyId} and q.cluster_id = c.id),
        question = (select q.question from knowledge.unanswered_questions q
          where q.company_id = ${companyId} and q.cluster_id = c.id order by q.asked_at limit 1)
      where company_id = ${companyId} and id = any(${clusterIds}::uuid[])`;
    const answers = await sql<{ looked: string[]; lookedUp: string | null }>`
      delete from knowledge.bot_answers
      where company_id = ${companyId} and (id = any(${ids}::uuid[]) or message_id = any(${ids}::uuid[]))
      returning array(
        select jsonb_path_query(steps, '$[*] ? (@.step == "RETRIEVE").detail.query') #>> '{}') as looked,
        looked_up as "lookedUp"`;
    const queries = answers.flatMap(({ looked, lookedUp }) => [...looked, lookedUp ?? ''].map((query) => query.trim()));
    await forgetVectors(sql, companyId, queries);
    await forgetQuestions(sql, companyId, queries);
    if (jobId === null) return;
    const counts = { answers: answers.length, questions: questions.length };
    publish({ type: 'knowledge.erased', actor: { kind: 'system' }, data: { jobId, partId, counts, last } });
  });
}
