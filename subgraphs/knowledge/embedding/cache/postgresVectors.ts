import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Embedder } from '../embedder.ts';
import { rememberVectors, touchVectors } from '../../commands/rememberVectors.ts';
import { rememberedVectors, type RememberedVector } from '../../queries/rememberedVectors.ts';
import { vectorFrom, type VectorLayer } from './vectors.ts';

/** For as long as they are used: a restart, or a document of which a paragraph has changed, costs nothing. */
export function createPostgresVectors({
  database,
  ...space
}: { readonly database: Database<SwitchboardCatalogue> } & Pick<Embedder, 'model' | 'dimensions'>): VectorLayer {
  async function remembered(companyId: string, hashes: readonly string[]): Promise<RememberedVector[]> {
    const session = database.session(companyId);
    try {
      return await session.read((sql) => rememberedVectors(sql, companyId, space, hashes));
    } finally {
      await session.close();
    }
  }

  return {
    name: 'postgres',
    async read(companyId, hashes) {
      const rows = await remembered(companyId, hashes);
      const rare = rows.filter(({ isUsedRarely }) => isUsedRarely).map(({ hash }) => hash);
      if (rare.length > 0) await touchVectors(database, companyId, space, rare);
      return new Map(
        rows.flatMap(({ hash, vector: bytes }) => {
          const vector = vectorFrom(Buffer.from(bytes, 'base64'), space.dimensions);
          return vector ? [[hash, vector] as const] : [];
        }),
      );
    },
    write: (companyId, vectors, documents) => rememberVectors(database, companyId, space, { vectors, documents }),
  };
}
