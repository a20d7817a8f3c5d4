import type { NatsPart } from '#platform/events/nats.ts';
import { publishSignal } from '#platform/events/publishSignal.ts';
import type { TokenSigner } from '#platform/files/signedToken.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { ReadSession } from '#platform/postgres/readSession.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { answerSubject, type AnswerSignal } from '#schema/events/signals.ts';
import type { Upload } from '#schema/uploads.ts';
import type { Bot } from './bot/createBot.ts';
import { countQuestion } from './commands/bot/countQuestion.ts';
import type { ReadUpload } from './commands/documentContent.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { PassageSearch } from './search/passageSearch.ts';

/** What the resolvers of one request share. */
export interface Context {
  readonly identity: Identity;
  readonly session: ReadSession;
  readonly loaders: Loaders;
  readonly database: Database<SwitchboardCatalogue>;
  readonly search: PassageSearch;
  readonly bot: Pick<Bot, 'answer'>;
  readonly readUpload: ReadUpload;
  /** Tells whoever waits for an answer of the company's what is known of it. */
  readonly tellOfAnswer: (signal: AnswerSignal) => void;
  /** Counts a question that somebody of the company asks, beside the request. */
  readonly noteQuestion: (query: string) => void;
  /** Once the work is done, pages that wait since then are read at once. */
  readonly readPages: <T>(work: Promise<T>) => Promise<T>;
  /** Aborts when the caller goes away before the answer. */
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

export function createContext(
  options: Pick<Context, 'identity' | 'database' | 'search' | 'bot' | 'signal'> & {
    readonly wakeReaders: () => void;
    readonly uploads: Pick<TokenSigner<Upload>, 'read'>;
    readonly nats: NatsPart;
    readonly logger: Logger;
  },
): Context {
  const { identity, database, search, bot, wakeReaders, signal, uploads, nats, logger } = options;
  const { companyId } = identity;
  const session = database.session(companyId);
  return {
    identity,
    database,
    search,
    bot,
    async readPages(work) {
      const done = await work;
      wakeReaders();
      return done;
    },
    signal,
    tellOfAnswer: (told) => publishSignal(nats, answerSubject(companyId), told),
    noteQuestion(query) {
      database
        .write(companyId, ({ sql }) => countQuestion(sql, companyId, query))
        .catch((error: unknown) => logger.warn({ err: error, companyId }, 'a question was not counted'));
    },
    session,
    loaders: createLoaders(session, companyId),
    readUpload(id) {
      const verdict = uploads.read(id);
      return verdict.kind === 'good' && verdict.data.companyId === companyId ? verdict.data : undefined;
    },
    close: () => session.close(),
  };
}
