import { GraphQLError } from 'graphql';

/** One entry of a payload's `userErrors`: something that the user can mend. */
export interface UserError {
  readonly code: string;
  /** Path of the input field it is about, if it is about one. */
  readonly field: readonly string[] | null;
  readonly message: string;
}

export function userError(code: string, message: string, field?: string | readonly string[]): UserError {
  return { code, field: field === undefined ? null : typeof field === 'string' ? [field] : field, message };
}

/** An argument makes no sense; `field` names it. */
export function badUserInput(message: string, field?: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', ...(field !== undefined && { field }) } });
}

/** Somebody known asks for what is not theirs. */
export function forbidden(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'FORBIDDEN' } });
}

/** Also for what belongs to another company: that it exists is nobody else's business. */
export function notFound(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'NOT_FOUND' } });
}

/** Nothing is wrong with what was asked, and nothing was done: it is worth asking again. */
export function unavailable(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'UNAVAILABLE' } });
}

/** The table of access and the schema do not fit each other: the service does not start, instead of leaving something open. */
export class AccessTableError extends Error {
  override readonly name = 'AccessTableError';
  readonly code = 'ACCESS_TABLE_INCOMPLETE';

  static missing(what: string, name: string): AccessTableError {
    return new AccessTableError(`Nobody is permitted ${what} ${name}: enter who is, in the subgraph's access table.`);
  }

  static unknown(what: string, name: string): AccessTableError {
    return new AccessTableError(`The subgraph has no ${what} ${name}: take it out of the access table.`);
  }
}
