import type { Database } from '#platform/postgres/database.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ChunkIndex } from '../index/chunkIndex.ts';
import { indexState, moveTo } from '../queries/indexState.ts';

export interface Reembedding {
  readonly database: Database<SwitchboardCatalogue>;
  readonly index: ChunkIndex;
  readonly onProgress: (done: number, all: number) => void;
}

/**
 * Brings a company's passages to the collection where new ones go, and lets it be searched there from the end on. Until then it is
 * searched where it was; what is added or changed meanwhile goes to both by itself. It can be repeated, also after half of it.
 *
 * @returns how many passages were brought over, undefined when there was nothing to do
 */
export async function reembedCompany(
  { database, index, onProgress }: Reembedding,
  companyId: string,
): Promise<number | undefined> {
  const state = await readOnce(database, companyId, (sql) => indexState(sql, companyId));
  if (!state || state.collection === index.collection) return undefined;
  const all = await index.count(companyId, state.collection);
  let done = 0;
  await index.copy(companyId, state.collection, (passages) => {
    done += passages;
    onProgress(done, all);
  });
  await dropStale({ database, index }, companyId);
  await database.write(companyId, ({ sql }) => moveTo(sql, companyId, index.collection));
  return done;
}

/** What was changed or removed while it was copied may have been copied after its change. */
async function dropStale({ database, index }: Omit<Reembedding, 'onProgress'>, companyId: string): Promise<void> {
  const copied = await index.versions(companyId, index.collection);
  const rows = await readOnce(
    database,
    companyId,
    (sql) => sql<{ id: string; indexedVersion: number }>`
      select id, indexed_version as "indexedVersion" from knowledge.documents where company_id = ${companyId}`,
  );
  const known = new Map(rows.map(({ id, indexedVersion }) => [id, indexedVersion]));
  for (const { documentId: id, version } of copied) {
    const current = known.get(id);
    if (current === undefined) await index.remove(companyId, id);
    else if (version < current) await index.dropOlder({ companyId, id, version }, 0);
  }
}

async function readOnce<T>(
  database: Reembedding['database'],
  companyId: string,
  query: (sql: Sql) => Promise<T>,
): Promise<T> {
  const session = database.session(companyId);
  try {
    return await session.read(query);
  } finally {
    await session.close();
  }
}
