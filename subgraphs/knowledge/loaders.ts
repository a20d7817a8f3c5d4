import { z } from 'zod';
import { createLoader } from '#platform/graphql/loader.ts';
import type { ReadSession } from '#platform/postgres/readSession.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import { tracesByIds } from './queries/answerTraces.ts';
import { documentsByIds } from './queries/documents.ts';
import { importsByIds } from './queries/imports.ts';
import { questionsByIds } from './queries/unansweredQuestions.ts';

export type Loaders = ReturnType<typeof createLoaders>;

const guid = z.guid();

/** What a request's resolvers ask for one by one, read together. */
export function createLoaders(session: ReadSession, companyId: string) {
  /** Ids come from outside too: what is none is not there, and case makes no difference. */
  function byId<Row extends { readonly id: string }>(query: (sql: Sql, ids: readonly string[]) => Promise<Row[]>) {
    return createLoader<string, Row>(
      async (keys) => {
        const ids = keys.filter((key) => guid.safeParse(key).success);
        if (ids.length === 0) return new Map();
        const rows = await session.read((sql) => query(sql, ids));
        return new Map(rows.map((row) => [row.id, row]));
      },
      (id) => id.toLowerCase(),
    );
  }

  return {
    document: byId((sql, ids) => documentsByIds(sql, companyId, ids)),
    documentImport: byId((sql, ids) => importsByIds(sql, companyId, ids)),
    answerTrace: byId((sql, ids) => tracesByIds(sql, companyId, ids)),
    unansweredQuestion: byId((sql, ids) => questionsByIds(sql, companyId, ids)),
  };
}
