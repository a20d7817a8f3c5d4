import { z } from 'zod';

/** Faults of events and of their transport. `code` is stable. */
export class EventError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EventError';
    this.code = code;
  }

  static unknownType(type: string): EventError {
    return new EventError('UNKNOWN_EVENT_TYPE', `'${type}' is not in the event catalogue: add it to schema/events`);
  }

  static invalid(what: string, cause: z.ZodError): EventError {
    return new EventError('INVALID_EVENT', `'${what}' does not fit the event catalogue: ${z.prettifyError(cause)}`, {
      cause,
    });
  }

  static newerVersion(type: string, version: number, known: number): EventError {
    return new EventError(
      'INVALID_EVENT',
      `'${type}' came in version ${version}, and this service knows ${known}: deploy consumers before producers`,
    );
  }

  static tooLarge(type: string, bytes: number, limit: number): EventError {
    return new EventError(
      'EVENT_TOO_LARGE',
      `'${type}' has ${bytes} bytes, the limit is ${limit}: refer to bulk by id`,
    );
  }

  static unreachable(url: string, cause: unknown): EventError {
    return new EventError('NATS_UNREACHABLE', `NATS does not answer at ${url}: is it running, is NATS_URL right?`, {
      cause,
    });
  }

  static withoutJetStream(server: string, cause: unknown): EventError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new EventError(
      'NATS_WITHOUT_JETSTREAM',
      `NATS at ${server} has no JetStream to offer (${why}): start it with -js, or set NATS_URL to one that has`,
      { cause },
    );
  }

  static notConnected(): EventError {
    return new EventError('NATS_NOT_CONNECTED', 'the connection to NATS is away');
  }

  static notStarted(): EventError {
    return new EventError('NATS_NOT_STARTED', 'the NATS part is used before start() or after stop()');
  }
}

/** Thrown by a handler for a message that no retry can help: it is parked at once, with this reason. */
export class Poison extends Error {
  readonly code = 'POISON';

  private constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'Poison';
  }

  static because(reason: string, cause?: unknown): Poison {
    return new Poison(reason, { cause });
  }
}
