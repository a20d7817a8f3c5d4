import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { createLoaders } from '../loaders.ts';
import { searchPassages } from '../queries/searchPassages.ts';
import type { PassageSearch } from '../search/passageSearch.ts';
import type { Passage } from './answerer.ts';

/** What the company's documents have nearest to a question, best first. */
export type FindPassages = (
  companyId: string,
  query: string,
  first: number,
  signal: AbortSignal,
) => Promise<readonly Passage[]>;

/** As everybody of the company finds them, in a session of its own: the company comes from the event. */
export function createFindPassages(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly search: PassageSearch;
}): FindPassages {
  const { database, search } = options;
  return async (companyId, query, first, signal) => {
    const session = database.session(companyId);
    try {
      const identity = { kind: 'service', companyId, service: 'bot', scopes: [] } as const;
      const hits = await searchPassages(
        { search, identity, session, loaders: createLoaders(session, companyId) },
        query,
        first,
      );
      signal.throwIfAborted();
      return hits.map(({ document: { id: documentId, title }, heading, text, score }) => ({
        documentId,
        title,
        heading,
        text,
        score,
      }));
    } finally {
      await session.close();
    }
  };
}
