import { z } from 'zod';
import { decodeCursor, encodeCursor, type PageRequest } from '#platform/graphql/connection.ts';
import { fragment, type Sql } from '#platform/postgres/sql.ts';

/** Questions that are alike, which the documents do not answer. */
export interface QuestionRow {
  readonly id: string;
  readonly question: string;
  readonly language: string;
  readonly count: number;
  readonly examples: readonly string[];
  readonly lastAskedAt: Date;
}

const EXAMPLES = 5;
const cursorModel = z.tuple([z.int(), z.guid()]);

export function cursorOf({ count, id }: QuestionRow): string {
  return encodeCursor([count, id]);
}

const columns = fragment`
  c.id, c.question, c.language, c.count, c.last_asked_at as "lastAskedAt", array(
    select q.question from knowledge.unanswered_questions q
    where q.company_id = c.company_id and q.cluster_id = c.id order by q.asked_at desc limit ${EXAMPLES}) as examples`;

/** A page of what waits for an answer and one more, the most frequent first. */
export function questionPage(sql: Sql, companyId: string, { limit, cursor }: PageRequest): Promise<QuestionRow[]> {
  const [count, id] = cursor === undefined ? [] : decodeCursor(cursor, cursorModel);
  const beyond = count === undefined ? fragment`` : fragment`and (c.count, c.id) < (${count}, ${id}::uuid)`;
  return sql<QuestionRow>`
    select ${columns} from knowledge.question_clusters c
    where c.company_id = ${companyId} and c.status = 'OPEN' ${beyond}
    order by c.count desc, c.id desc
    limit ${limit + 1}`;
}

export function questionsByIds(sql: Sql, companyId: string, ids: readonly string[]): Promise<QuestionRow[]> {
  return sql<QuestionRow>`
    select ${columns} from knowledge.question_clusters c
    where c.company_id = ${companyId} and c.id = any(${ids}::uuid[])`;
}
