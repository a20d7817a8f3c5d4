import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { PartnersSignal, TypingSignal, ViewersSignal } from '#schema/events/signals.ts';
import type { TokenSigner } from '#platform/files/signedToken.ts';
import type { Upload } from '#schema/uploads.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { PresenceStore } from './presence/presenceStore.ts';
import type { ViewersStore } from './presence/viewersStore.ts';
import { callerOf, limitQuery, viewerOf, type Caller, type Viewer } from './queries/viewer.ts';

/** Tells who is listening right now that somebody of the company's conversation writes. */
export type TellTyping = (companyId: string, signal: TypingSignal) => void;
/** Tells who is listening right now who looks at one of the company's conversations. */
export type TellViewers = (companyId: string, signal: ViewersSignal) => void;
/** Tells all routers that something about the company's partners has changed. */
export type TellPartners = (companyId: string, signal: PartnersSignal) => void;
/** The address under which a client gets a kept file for the next hour. */
type SignFile = (fileKey: string) => string;

export type Read = <T>(query: (sql: Sql, viewer: Viewer) => Promise<T>) => Promise<T>;

/** What the resolvers of one request share. */
export interface Context {
  readonly identity: Identity;
  readonly viewer: Caller;
  readonly loaders: Loaders;
  /** On the request's snapshot, which also says what the viewer may see. */
  readonly read: Read;
  /** Runs a command in the caller's name. What is read afterwards, by this mutation or the next, sees what it wrote. */
  readonly run: <T>(
    command: (database: Database<SwitchboardCatalogue>, identity: Identity) => Promise<T>,
  ) => Promise<T>;
  readonly presence: PresenceStore;
  readonly viewers: ViewersStore;
  readonly tellTyping: (signal: TypingSignal) => void;
  readonly tellViewers: (signal: ViewersSignal) => void;
  readonly tellPartners: (signal: PartnersSignal) => void;
  readonly signFile: SignFile;
  /** What the installation has for companies that have no window of their own. */
  readonly reopenWithinMs: number;
  /** Undefined for what is no upload of the company, or not any more. */
  readonly readUpload: (id: string) => Upload | undefined;
  close(): Promise<void>;
}

export interface ContextDeps {
  readonly database: Database<SwitchboardCatalogue>;
  readonly presence: PresenceStore;
  readonly viewers: ViewersStore;
  readonly tellTyping: TellTyping;
  readonly tellViewers: TellViewers;
  readonly tellPartners: TellPartners;
  readonly signFile: SignFile;
  readonly reopenWithinMs: number;
  readonly uploads: Pick<TokenSigner<Upload>, 'read'>;
}

export function createContext(deps: ContextDeps, identity: Identity): Context {
  const { database, presence, viewers, tellTyping, tellViewers, tellPartners, signFile, uploads, reopenWithinMs } =
    deps;
  const viewer = callerOf(identity);
  const session = database.session(identity.companyId, limitQuery(viewer));
  const read: Read = (query) => session.read((sql, limit) => query(sql, viewerOf(viewer, limit)));
  const readByKey: Read = (query) => session.readByKey((sql, limit) => query(sql, viewerOf(viewer, limit)));
  const loaders = createLoaders({ read, readByKey }, viewer, deps);
  return {
    identity,
    viewer,
    loaders,
    read,
    async run(command) {
      const outcome = await command(database, identity);
      await session.refresh();
      for (const loader of Object.values(loaders)) loader.clearAll();
      return outcome;
    },
    presence,
    viewers,
    tellTyping: (signal) => tellTyping(identity.companyId, signal),
    tellViewers: (signal) => tellViewers(identity.companyId, signal),
    tellPartners: (signal) => tellPartners(identity.companyId, signal),
    signFile,
    reopenWithinMs,
    readUpload(id) {
      const verdict = uploads.read(id);
      return verdict.kind === 'good' && verdict.data.companyId === identity.companyId ? verdict.data : undefined;
    },
    close: () => session.close(),
  };
}
