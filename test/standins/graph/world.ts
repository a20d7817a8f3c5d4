import type { Accounts } from './accounts.ts';
import type { Files } from './files.ts';
import type { Counters, Limits } from './limits.ts';
import type { People } from './people.ts';
import type { SentMessage, SentSignal } from './sentMessages.ts';

/** What Meta knows, and whom it tells. */
export interface GraphWorld {
  readonly accounts: Accounts;
  readonly people: People;
  readonly files: Files;
  readonly counters: Counters;
  readonly limits: Limits;
  readonly appSecret: string;
  /** Where a file is handed out. */
  mediaUrl(id: string): string;
  /** Keeps what was sent. */
  onSent(message: SentMessage): void;
  onSignal(signal: SentSignal): void;
  /** Tells our app of what was sent. */
  tellOf(message: SentMessage): void;
}

/** One call as it came in: `POST /v26.0/<id>/<edge>`. */
export interface GraphCall {
  readonly method: string;
  readonly id: string;
  readonly edge: string | undefined;
  readonly query: URLSearchParams;
  readonly token: string | undefined;
  readonly body: unknown;
}
