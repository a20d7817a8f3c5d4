import { GraphQLError } from 'graphql';

/** Why an export is refused or fails, besides what is wrong with what was asked; as the graph says it, with a status for HTTP. */
const statuses: Readonly<Record<string, number>> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  TOO_LARGE: 413,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
};

export function statusOf({ extensions }: GraphQLError): number {
  return statuses[String(extensions['code'])] ?? 500;
}

export function unauthenticated(): GraphQLError {
  return new GraphQLError('This needs an identity: it is asked through the router.', {
    extensions: { code: 'UNAUTHENTICATED' },
  });
}

export function tooManyRows(rows: number, limit: number): GraphQLError {
  return new GraphQLError(
    `An export has at most ${String(limit)} rows, and this one would have ${String(rows)}: take a longer interval, a shorter range or a filter`,
    { extensions: { code: 'TOO_LARGE', limit, actual: rows } },
  );
}

/** The engine has ended it for its time or its memory. */
export function tooMuch(): GraphQLError {
  return new GraphQLError('The export takes too long: take a longer interval, a shorter range or a filter', {
    extensions: { code: 'TOO_LARGE' },
  });
}

export function tooManyExports(retryAfterSeconds: number): GraphQLError {
  return new GraphQLError('The company has an export under way: wait for its end', {
    extensions: { code: 'RATE_LIMITED', retryAfterSeconds },
  });
}
