import { GraphQLError } from 'graphql';
import { badUserInput } from '#platform/graphql/errors.ts';
import { EmbedderError } from '../embedding/embedder.ts';
import { IndexError } from '../index/errors.ts';
import type { Context } from '../context.ts';
import type { SearchHitRow } from '../rows.ts';
import { indexState } from './indexState.ts';

const MAX_QUERY = 1_000;
const MAX_FIRST = 50;

/**
 * The passages of the company's documents that are nearest to a question, best first. The index follows the documents:
 * what it still holds of a document that is gone or was changed is left out, and so is what it holds already of a version
 * that is not ready.
 *
 * @throws GraphQLError `BAD_USER_INPUT`, or `UNAVAILABLE` while the index or the model is away.
 */
export async function searchPassages(
  { search, identity, session, loaders }: Pick<Context, 'search' | 'identity' | 'session' | 'loaders'>,
  query: string,
  first: number,
): Promise<SearchHitRow[]> {
  const words = query.trim();
  if (words === '') throw badUserInput('Say what to look for', 'query');
  if (words.length > MAX_QUERY) throw badUserInput(`A query has at most ${MAX_QUERY} characters`, 'query');
  if (first < 1 || first > MAX_FIRST) throw badUserInput(`Ask for 1 to ${MAX_FIRST} hits, not ${first}`, 'first');
  const { companyId } = identity;
  const state = await session.read((sql) => indexState(sql, companyId));
  const passages = await search.find({ companyId, query: words, first, state }).catch(explain);
  const documents = await Promise.all(passages.map(({ documentId }) => loaders.document.load(documentId)));
  return passages
    .flatMap(({ version, heading, text, score }, i) => {
      const document = documents[i];
      return document?.indexedVersion === version ? [{ document, heading, text, score }] : [];
    })
    .slice(0, first);
}

function explain(error: unknown): never {
  if (error instanceof EmbedderError && error.code === 'TEXT_REFUSED') throw badUserInput(error.message, 'query');
  if (error instanceof IndexError || error instanceof EmbedderError) {
    throw new GraphQLError('The search is away for the moment: try again in a minute', {
      originalError: error,
      extensions: { code: 'UNAVAILABLE' },
    });
  }
  throw error;
}
