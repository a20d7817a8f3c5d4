import { GraphQLError } from 'graphql';

interface Details {
  readonly retryAfterSeconds?: number;
  readonly limit?: number;
  readonly actual?: number;
  readonly cost?: number;
  readonly field?: string;
  readonly cursor?: string;
}

/** Where nobody knows how long it takes. */
const RETRY_AFTER_SECONDS = 5;

/** Why an operation is refused, in words and a stable code for clients. */
export class OperationError extends GraphQLError {
  private static with(
    code: string,
    message: string,
    { status, headers: given, ...details }: Details & { status?: number; headers?: ReadonlyMap<string, string> } = {},
  ) {
    const headers = new Map(given);
    if (status === 401) headers.set('www-authenticate', 'Bearer');
    const waitSeconds =
      details.retryAfterSeconds ?? (status === 429 || status === 503 ? RETRY_AFTER_SECONDS : undefined);
    if (waitSeconds !== undefined) headers.set('retry-after', String(waitSeconds));
    return new OperationError(message, {
      // `http` is for Apollo Server: the answer's status. It never reaches the client's JSON.
      extensions: { code, ...details, ...(status && { http: { status, headers } }) },
    });
  }

  static unauthenticated(reason = 'This needs an identity: send "Authorization: Bearer <token>".'): OperationError {
    return OperationError.with('UNAUTHENTICATED', reason, { status: 401 });
  }

  /** Somebody known asks for what is not theirs. */
  static forbidden(message: string): OperationError {
    return OperationError.with('FORBIDDEN', message, { status: 403 });
  }

  /** @param headers that say more about the limit. */
  static rateLimited(retryAfterSeconds: number, headers?: ReadonlyMap<string, string>): OperationError {
    const message = `Too much is asked at once: wait ${String(retryAfterSeconds)} s.`;
    return OperationError.with('RATE_LIMITED', message, {
      status: 429,
      retryAfterSeconds,
      ...(headers && { headers }),
    });
  }

  /** Waiting does not help. */
  static tooDear(limit: number, actual: number): OperationError {
    const message = `The operation costs ${String(actual)}, and ${String(limit)} is what this key may spend in a minute: ask for less at a time.`;
    return OperationError.with('COST_LIMIT_EXCEEDED', message, { limit, actual, status: 400 });
  }

  /** One field of an operation, whose others are answered. */
  static unauthorizedField(takes: string): OperationError {
    return OperationError.with('UNAUTHORIZED_FIELD_OR_TYPE', `This takes ${takes}: use a token that shows that.`);
  }

  static identityUnavailable(cause: unknown): OperationError {
    const message = 'Tokens cannot be checked now: try again.';
    return Object.assign(OperationError.with('IDENTITY_UNAVAILABLE', message, { status: 503 }), { cause });
  }

  static tooManySubscriptions(limit: number): OperationError {
    return OperationError.with(
      'TOO_MANY_SUBSCRIPTIONS',
      'This socket has as many operations as it may have: end one.',
      {
        limit,
      },
    );
  }

  static tooManyOperations(): OperationError {
    const message = 'There are as many operations as a user, or an address, may have: end one.';
    return OperationError.with('TOO_MANY_SUBSCRIPTIONS', message, { status: 429 });
  }

  static tooManyConnections(of: 'router' | 'user' | 'address'): OperationError {
    if (of === 'router') return OperationError.with('UNAVAILABLE', 'The server is full: ask again.', { status: 503 });
    const message = `There are as many connections as one ${of} may have: close one.`;
    return OperationError.with('TOO_MANY_CONNECTIONS', message, { status: 429 });
  }

  static overLimit(
    what: 'depth' | 'aliases' | 'root fields' | 'selections' | 'tokens',
    limit: number,
    actual?: number,
  ) {
    const code = `MAX_${what.toUpperCase().replace(' ', '_')}_EXCEEDED`;
    const has = actual === undefined ? '' : ` and has ${String(actual)}`;
    return OperationError.with(code, `The operation may have ${String(limit)} as its ${what}${has}.`, {
      limit,
      ...(actual !== undefined && { actual }),
      status: 400,
    });
  }

  static tooCostly(cost: number, limit: number): OperationError {
    const message = `The operation may cost ${String(limit)} and costs up to ${String(cost)}: ask for shorter lists, or for less in them.`;
    return OperationError.with('MAX_COST_EXCEEDED', message, { cost, limit, status: 400 });
  }

  static invalidSyntax(message: string): OperationError {
    return OperationError.with('GRAPHQL_PARSE_FAILED', message, { status: 400 });
  }

  static conditionOnSubscription(): OperationError {
    return OperationError.with('GRAPHQL_VALIDATION_FAILED', 'A subscription cannot @skip or @include its root field.', {
      status: 400,
    });
  }

  static badRequest(message: string): OperationError {
    return OperationError.with('BAD_REQUEST', message, { status: 400 });
  }

  static badUserInput(message: string, field: string): OperationError {
    return OperationError.with('BAD_USER_INPUT', message, { field });
  }

  static slicingArgumentRequired(field: string, wanted: readonly string[]): OperationError {
    const message = `Say how many of ${field} you want, by exactly one of ${wanted.join(', ')}.`;
    return OperationError.with('SLICING_ARGUMENT_REQUIRED', message, { field, status: 400 });
  }

  static unknownOperation(): OperationError {
    return OperationError.with('OPERATION_RESOLUTION_FAILURE', 'Say by operationName which operation is meant.', {
      status: 400,
    });
  }

  static notFoundByHash(): OperationError {
    return OperationError.with('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound', { status: 200 });
  }

  static wrongHash(): OperationError {
    return OperationError.with('BAD_REQUEST', 'The hash given is not the SHA-256 of the query.', { status: 400 });
  }

  static notRegistered(): OperationError {
    return OperationError.with('PERSISTED_QUERY_NOT_IN_LIST', 'No operation is registered under this id.', {
      status: 404,
    });
  }

  static onlyRegistered(): OperationError {
    return OperationError.with('QUERY_NOT_IN_SAFELIST', 'Only registered operations are answered here.', {
      status: 403,
    });
  }

  static cursorExpired(): OperationError {
    const message = 'The cursor is older than what the stream keeps: load the list anew and subscribe without "after".';
    return OperationError.with('CURSOR_EXPIRED', message);
  }

  static viewChanged(): OperationError {
    const message = 'What you may see has changed: load the list anew and subscribe without "after".';
    return OperationError.with('VIEW_CHANGED', message);
  }

  static schemaChanged(): OperationError {
    const message =
      'The graph has changed, and this subscription is not valid in it any more: load your application anew.';
    return OperationError.with('SUBSCRIPTION_SCHEMA_CHANGED', message);
  }

  static slowConsumer(cursor: string): OperationError {
    const message = 'Too many updates are waiting to be taken: subscribe again with "after" set to this cursor.';
    return OperationError.with('SLOW_CONSUMER', message, { cursor });
  }

  static goingAway(): OperationError {
    return OperationError.with('UNAVAILABLE', 'The server goes away: ask again.', { status: 503 });
  }

  /** GET may be repeated, prefetched and kept by whoever stands between. */
  static mutationByGet(): OperationError {
    return OperationError.with('BAD_REQUEST', 'A mutation takes a POST.');
  }

  static figuresUnavailable(): OperationError {
    return OperationError.with('UNAVAILABLE', 'Figures cannot be exported now: try again.', { status: 503 });
  }

  static eventsUnavailable(): OperationError {
    return OperationError.with('EVENTS_UNAVAILABLE', 'The event stream is away: subscribe again in a moment.');
  }
}
