import { forbidden, type UserError } from '#platform/graphql/errors.ts';
import type { Identity, VisitorIdentity } from '#platform/identity/identity.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { WebChatEvent } from '../platforms/webchat/event.ts';

/** What a command of a visitor works with. */
export interface VisitorRequest {
  readonly identity: Identity;
  /** On the request's snapshot. */
  readonly read: <T>(query: (sql: Sql) => Promise<T>) => Promise<T>;
  /** Resolves when the stream has it. @throws GraphQLError `UNAVAILABLE` when it does not. */
  readonly keep: (visitor: VisitorIdentity, event: WebChatEvent) => Promise<void>;
}

export interface Refusal {
  readonly userErrors: readonly UserError[];
}

/** @throws GraphQLError `FORBIDDEN` for everybody else. */
export function visitorOf({ identity }: VisitorRequest): VisitorIdentity {
  if (identity.kind !== 'visitor') throw forbidden('This is for visitors of a web chat.');
  return identity;
}
