import { z } from 'zod';
import { userError, type UserError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { questionsByIds, type QuestionRow } from '../../queries/unansweredQuestions.ts';
import { addDocument } from '../addDocument.ts';
import type { DocumentPayload } from '../documentContent.ts';

const guid = z.guid();
/** A title has no more. */
const LONGEST_TITLE = 300;

/**
 * Makes a document of a question and its answer, from which the bot answers it from then on. The same again is the same
 * document, so that whatever is interrupted can be repeated.
 */
export async function answerQuestion(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly questionId: string; readonly text: string; readonly title?: string | null | undefined },
): Promise<DocumentPayload> {
  const question = await questionOf(database, identity, input.questionId);
  if (!question) return { document: null, userErrors: [notFound()] };
  const title = input.title ?? question.question.slice(0, LONGEST_TITLE).toWellFormed();
  // What is asked stands in the text as well: it is what others will ask.
  const text = `${question.question}\n\n${input.text}`;
  const missing = input.text.trim() === '' ? [userError('REQUIRED', 'An answer needs a text.', ['input', 'text'])] : [];
  if (missing.length > 0) return { document: null, userErrors: missing };
  const payload = await addDocument(database, identity, { title, text, format: 'PLAIN' }, () => undefined);
  if (payload.document) {
    await settle(database, identity, question.id, { status: 'ANSWERED', documentId: payload.document.id });
  }
  return payload;
}

/** Takes a question off the list for good: it counts on where nobody sees it. */
export async function dismissQuestion(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  { questionId }: { readonly questionId: string },
): Promise<{ readonly questionId: string | null; readonly userErrors: readonly UserError[] }> {
  const question = await questionOf(database, identity, questionId);
  if (!question) return { questionId: null, userErrors: [notFound()] };
  await settle(database, identity, question.id, { status: 'DISMISSED', documentId: null });
  return { questionId: question.id, userErrors: [] };
}

async function questionOf(
  database: Database<SwitchboardCatalogue>,
  { companyId }: Identity,
  id: string,
): Promise<QuestionRow | undefined> {
  if (!guid.safeParse(id).success) return undefined;
  return database.write(companyId, async ({ sql }) => (await questionsByIds(sql, companyId, [id]))[0]);
}

async function settle(
  database: Database<SwitchboardCatalogue>,
  { companyId }: Identity,
  id: string,
  { status, documentId }: { readonly status: 'ANSWERED' | 'DISMISSED'; readonly documentId: string | null },
): Promise<void> {
  await database.write(companyId, async ({ sql }) => {
    await sql`
      update knowledge.question_clusters set status = ${status}, document_id = ${documentId}
      where company_id = ${companyId} and id = ${id}`;
  });
}

function notFound(): UserError {
  return userError('NOT_FOUND', 'There is no such question (any more).', ['input', 'questionId']);
}
