import { userError, type UserError } from '#platform/graphql/errors.ts';

/** What the user can mend. */
export interface Refused {
  readonly userErrors: readonly UserError[];
}

/** What a command says: what it wrote, or why it wrote nothing. */
export type Outcome<T extends object> = T | Refused;

export function refuse(code: string, message: string, ...path: readonly string[]): Refused {
  return { userErrors: [userError(code, message, ['input', ...path])] };
}

export function channelNotFound(): Refused {
  return refuse('NOT_FOUND', 'There is no such channel.', 'channelId');
}

export function needsReauthorization(): Refused {
  const message = 'The platform refused the token of this channel, so nothing is sent: give it a new one.';
  return refuse('NEEDS_REAUTHORIZATION', message, 'channelId');
}

export function notAWebChat(): Refused {
  return refuse('INVALID', 'This channel is no web chat: name one that is.', 'channelId');
}
