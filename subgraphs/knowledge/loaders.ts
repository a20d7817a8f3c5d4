import { z } from 'zod';
import { createLoader } from '#platform/graphql/loader.ts';
import type { ReadSession } from '#platform/postgres/readSession.ts';
import { documentsByIds } from './queries/documents.ts';
import type { DocumentRow } from './rows.ts';

export type Loaders = ReturnType<typeof createLoaders>;

const guid = z.guid();

/** What a request's resolvers ask for one by one, read together. */
export function createLoaders(session: ReadSession, companyId: string) {
  return {
    /** Ids come from outside too: what is none is not there, and case makes no difference. */
    document: createLoader<string, DocumentRow>(
      async (keys) => {
        const ids = keys.filter((key) => guid.safeParse(key).success);
        if (ids.length === 0) return new Map();
        const rows = await session.read((sql) => documentsByIds(sql, companyId, ids));
        return new Map(rows.map((row) => [row.id, row]));
      },
      (id) => id.toLowerCase(),
    ),
  };
}
