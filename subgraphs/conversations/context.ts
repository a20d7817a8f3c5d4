import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { TypingSignal } from '#schema/events/signals.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import { viewerOf, type Viewer } from './queries/viewer.ts';

/** Tells who is listening right now that somebody of the company's conversation writes. */
export type TellTyping = (companyId: string, signal: TypingSignal) => void;
/** The address under which a client gets a kept file for the next hour. */
type SignFile = (fileKey: string) => string;

/** What the resolvers of one request share. */
export interface Context {
  readonly identity: Identity;
  readonly viewer: Viewer;
  readonly loaders: Loaders;
  /** On the request's snapshot. */
  readonly read: <T>(query: (sql: Sql) => Promise<T>) => Promise<T>;
  /** Runs a command in the caller's name. What is read afterwards, by this mutation or the next, sees what it wrote. */
  readonly run: <T>(
    command: (database: Database<SwitchboardCatalogue>, identity: Identity) => Promise<T>,
  ) => Promise<T>;
  readonly tellTyping: (signal: TypingSignal) => void;
  readonly signFile: SignFile;
  /** What the installation has for companies that have no window of their own. */
  readonly reopenWithinMs: number;
  close(): Promise<void>;
}

export interface ContextDeps {
  readonly database: Database<SwitchboardCatalogue>;
  readonly tellTyping: TellTyping;
  readonly signFile: SignFile;
  readonly reopenWithinMs: number;
}

export function createContext(deps: ContextDeps, identity: Identity): Context {
  const { database, tellTyping, signFile, reopenWithinMs } = deps;
  const viewer = viewerOf(identity);
  const session = database.session(identity.companyId);
  const loaders = createLoaders(session, viewer);
  return {
    identity,
    viewer,
    loaders,
    read: (query) => session.read(query),
    async run(command) {
      const outcome = await command(database, identity);
      await session.refresh();
      for (const loader of Object.values(loaders)) loader.clearAll();
      return outcome;
    },
    tellTyping: (signal) => tellTyping(identity.companyId, signal),
    signFile,
    reopenWithinMs,
    close: () => session.close(),
  };
}
