import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { ReadSession } from '#platform/postgres/readSession.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ChunkIndex } from './index/chunkIndex.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What the resolvers of one request share. */
export interface Context {
  readonly identity: Identity;
  readonly session: ReadSession;
  readonly loaders: Loaders;
  readonly database: Database<SwitchboardCatalogue>;
  readonly index: ChunkIndex;
  /** Aborts when the caller goes away before the answer. */
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

export function createContext(options: Pick<Context, 'identity' | 'database' | 'index' | 'signal'>): Context {
  const { companyId } = options.identity;
  const session = options.database.session(companyId);
  return { ...options, session, loaders: createLoaders(session, companyId), close: () => session.close() };
}
