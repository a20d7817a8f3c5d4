interface Details {
  readonly code: string;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** An answer other than 2xx, thrown by a route. Its code and message reach the caller; its cause only the log. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly statusCode: number;
  readonly code: string;
  /** Seconds after which it is worth trying again; sent as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;

  private constructor(statusCode: number, message: string, { code, retryAfterSeconds, cause }: Details) {
    super(message, { cause });
    this.statusCode = statusCode;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  static badRequest(message: string): HttpError {
    return new HttpError(400, message, { code: 'BAD_REQUEST' });
  }

  /** @param code says why, where there are several reasons. */
  static unauthorized(message: string, code = 'UNAUTHENTICATED'): HttpError {
    return new HttpError(401, message, { code });
  }

  /** @param code says why, where there are several reasons. */
  static forbidden(message: string, code = 'FORBIDDEN'): HttpError {
    return new HttpError(403, message, { code });
  }

  static notFound(message: string): HttpError {
    return new HttpError(404, message, { code: 'NOT_FOUND' });
  }

  static lengthRequired(message: string): HttpError {
    return new HttpError(411, message, { code: 'LENGTH_REQUIRED' });
  }

  static tooLarge(message: string): HttpError {
    return new HttpError(413, message, { code: 'PAYLOAD_TOO_LARGE' });
  }

  static unsupportedType(message: string): HttpError {
    return new HttpError(415, message, { code: 'UNSUPPORTED_MEDIA_TYPE' });
  }

  static tooManyRequests(message: string, retryAfterSeconds: number): HttpError {
    return new HttpError(429, message, { code: 'RATE_LIMITED', retryAfterSeconds });
  }

  /** Something that is needed for the answer is away. The message is for the caller; say what is away in the cause. */
  static unavailable(message: string, options: { retryAfterSeconds: number; cause?: unknown }): HttpError {
    return new HttpError(503, message, { code: 'UNAVAILABLE', ...options });
  }
}

/** The server itself cannot run. */
export class HttpServerError extends Error {
  override readonly name = 'HttpServerError';
  readonly code: string;

  private constructor(code: string, message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }

  static portTaken(name: string, host: string, port: number, cause: unknown): HttpServerError {
    return new HttpServerError(
      'PORT_TAKEN',
      `Port ${port} on ${host} is taken, so ${name} cannot listen there: stop what uses it, or set PORT to another one.`,
      cause,
    );
  }

  static portForbidden(name: string, host: string, port: number, cause: unknown): HttpServerError {
    return new HttpServerError(
      'PORT_FORBIDDEN',
      `This user may not open port ${port} on ${host} for ${name}: set PORT to one above 1023.`,
      cause,
    );
  }

  static hostUnknown(name: string, host: string, cause: unknown): HttpServerError {
    return new HttpServerError(
      'HOST_UNKNOWN',
      `${host} is no address of this machine, so ${name} cannot listen there: set HOST to 0.0.0.0 or 127.0.0.1.`,
      cause,
    );
  }

  static notStarted(name: string): HttpServerError {
    return new HttpServerError(
      'NOT_STARTED',
      `${name} has no address before it is started: await start() first.`,
      null,
    );
  }
}
