/** Faults of the sink. `code` is stable; `TIME_OUT_OF_RANGE` and `NOT_JSON` are faults of the event. */
export class SinkError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SinkError';
    this.code = code;
  }

  static timeOutOfRange(occurredAt: string): SinkError {
    return new SinkError(
      'TIME_OUT_OF_RANGE',
      `occurredAt ${occurredAt} is not a time that analytics keeps: set the publisher's clock right and replay the event`,
    );
  }

  static notJson(cause: unknown): SinkError {
    return new SinkError('NOT_JSON', 'the message is no JSON: find who publishes on this subject by hand', { cause });
  }

  static refused(cause: Error): SinkError {
    // What follows the first line shows how far it has read the row.
    const [reason = ''] = cause.message.split('\n', 1);
    return new SinkError('REFUSED', `ClickHouse cannot read the event's row: ${reason}`, { cause });
  }

  static inDoubt(cause: unknown): SinkError {
    return new SinkError('WRITE_IN_DOUBT', 'ClickHouse gave no answer, what it was told to write may still come', {
      cause,
    });
  }

  static unavailable(cause: unknown): SinkError {
    return new SinkError('UNAVAILABLE', 'ClickHouse cannot take it now', { cause });
  }

  static gap(expected: number, got: number): SinkError {
    return new SinkError(
      'DELIVERY_GAP',
      `expected delivery ${expected} and got ${got}: a message was lost on the way, reading again from what is written`,
    );
  }

  static leaseLost(): SinkError {
    return new SinkError(
      'LEASE_LOST',
      'the lease ran out, another sink may write these companies now: waiting to get a share again',
    );
  }
}

/**
 * Whether ClickHouse said that it failed, after which nothing runs any more. By shape and not by class: the embedded engine brings its own
 * copy of the client's errors.
 */
export function isReported(error: unknown): boolean {
  return error instanceof Error && 'code' in error && 'type' in error;
}
