import { v7 } from 'uuid';
import type { WriteTransaction } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isReplyLanguage, termsOf } from '../../bot/language/words.ts';

/** So much of what two questions are about has to be the same for them to be one. */
const ALIKE = 0.5;
/** Of a story nobody needs all. */
const LONGEST_QUESTION = 1_000;

/**
 * Puts a question that the documents do not answer to those that are like it, and tells of it. What says nothing (a picture, “huh?”) is not
 * collected.
 *
 * @returns whether it was.
 */
export async function collectQuestion(
  { sql, publish }: WriteTransaction<SwitchboardCatalogue>,
  companyId: string,
  asked: {
    readonly id: string;
    readonly conversationId: string;
    readonly messageId: string;
    readonly question: string;
    readonly language: string;
  },
): Promise<boolean> {
  const { id, conversationId, messageId, language } = asked;
  const question = asked.question.slice(0, LONGEST_QUESTION).toWellFormed();
  const terms = subjectsOf(question, language);
  if (terms.length === 0) return false;
  // One after another for a company: two who ask the same at the same moment find each other.
  await sql`select pg_advisory_xact_lock(hashtextextended('questions ' || ${companyId}, 0))`;
  const [known] = await sql<{ id: string }>`
    select id from (
      select c.id, c.last_asked_at, s.shared::real / (cardinality(c.terms) + ${terms.length} - s.shared) as likeness
      from knowledge.question_clusters c
      cross join lateral (select count(*) as shared from unnest(c.terms) t where t = any(${terms}::text[])) s
      where c.company_id = ${companyId} and c.status in ('OPEN', 'DISMISSED') and c.language = ${language}
    ) compared
    where likeness >= ${ALIKE} order by likeness desc, last_asked_at desc limit 1`;
  const clusterId = known?.id ?? v7();
  await sql`
    insert into knowledge.question_clusters as c (company_id, id, question, language, terms, count, last_asked_at)
    values (${companyId}, ${clusterId}, ${question}, ${language}, ${terms}::text[], 1, now())
    on conflict (company_id, id) do update set count = c.count + 1, last_asked_at = now()`;
  await sql`
    insert into knowledge.unanswered_questions (company_id, id, cluster_id, message_id, question, asked_at)
    values (${companyId}, ${id}, ${clusterId}, ${messageId}, ${question}, now())`;
  publish({
    type: 'knowledge.question_unanswered',
    actor: { kind: 'bot' },
    data: { questionId: id, conversationId, clusterId },
  });
  return true;
}

/** What it is about; other words for the same are the same. */
function subjectsOf(question: string, language: string): string[] {
  const terms = termsOf(question, isReplyLanguage(language) ? language : 'english');
  const heavy = terms.filter(({ isLight }) => !isLight);
  return [...new Set((heavy.length > 0 ? heavy : terms).map(({ stem, concepts: [concept] }) => concept ?? stem))];
}
