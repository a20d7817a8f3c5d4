import type { GraphQLError } from 'graphql';
import { OperationError } from '../operations/errors.ts';

/** Where a subscriber's messages go. */
export interface Sink {
  /** One result, as JSON in UTF-8, and the cursor to resume behind it. Others get the same memory: it must not be changed. */
  next(payload: Buffer, cursor?: string): void;
  /** The last message: the subscription ends with these errors. */
  error(errors: readonly GraphQLError[]): void;
  /** Resolves when the connection has taken what was sent; at once while it keeps up, false when it is gone. */
  ready(): true | Promise<boolean>;
  /** One more answer waits until the connection takes it. False when there are too many already, of all its operations. */
  hold(): boolean;
  /** So many do not wait any more. */
  release(count: number): void;
  /** The connection does not keep up: it is told this error, or is closed, where it has others to tell of. */
  fallBehind(error: GraphQLError): void;
}

/** One event's answer. */
export interface Delivery {
  readonly sequence: number;
  readonly payload: Buffer;
  readonly cursor: string;
}

/** A subscription's way out: in order, each event once, never more than a bounded number waiting. */
export interface Subscriber {
  /** Takes an answer from the live group. Those of events up to the last one sent are left out. */
  offer(delivery: Delivery): void;
  /** Sends a missed event's answer and waits until the connection has room for more. */
  replay(delivery: Delivery): Promise<void>;
  /** Ends the holding back of live answers: everything up to `sequence` has been sent or was not wanted. */
  caughtUp(sequence: number): void;
  /** Ends with `SLOW_CONSUMER` and the cursor to resume from. */
  overflow(): void;
  fail(error: GraphQLError): void;
  close(): void;
  readonly signal: AbortSignal;
}

/**
 * @param options.from the sequence behind which the subscription begins.
 * @param options.limit how many answers may wait, while missed events come first or the connection is slow.
 * @param options.cursorOf the cursor to resume behind a sequence.
 * @param options.onEnd called once, however it ends.
 */
export function createSubscriber(options: {
  readonly sink: Sink;
  readonly from: number;
  readonly limit: number;
  readonly catchingUp: boolean;
  readonly cursorOf: (sequence: number) => string;
  readonly onEnd: () => void;
}): Subscriber {
  const { sink, limit, cursorOf } = options;
  const ending = new AbortController();
  let held = options.catchingUp;
  let last = options.from;
  let waiting: Delivery[] = [];
  let pumping = false;

  function send({ sequence, payload, cursor }: Delivery): void {
    last = sequence;
    sink.next(payload, cursor);
  }

  async function pump(): Promise<void> {
    pumping = true;
    while (waiting.length > 0 && !ending.signal.aborted) {
      const ready = sink.ready();
      if (ready !== true && !(await ready)) break;
      const next = waiting.shift();
      if (next) sink.release(1);
      if (next && next.sequence > last && !ending.signal.aborted) send(next);
    }
    pumping = false;
  }

  function end(): void {
    if (ending.signal.aborted) return;
    ending.abort();
    sink.release(waiting.length);
    waiting = [];
    options.onEnd();
  }

  function fail(error: GraphQLError): void {
    if (ending.signal.aborted) return;
    sink.error([error]);
    end();
  }

  function overflow(): void {
    fail(OperationError.slowConsumer(cursorOf(last)));
  }

  function stayBehind(): void {
    const error = OperationError.slowConsumer(cursorOf(last));
    end();
    sink.fallBehind(error);
  }

  return {
    signal: ending.signal,

    offer(delivery) {
      if (ending.signal.aborted || delivery.sequence <= last) return;
      if (!held && !pumping && sink.ready() === true) return send(delivery);
      if (waiting.length >= limit || !sink.hold()) return held ? overflow() : stayBehind();
      waiting.push(delivery);
      if (!held && !pumping) void pump();
    },

    async replay(delivery) {
      const isOpen = await sink.ready();
      if (isOpen && !ending.signal.aborted) send(delivery);
    },

    caughtUp(sequence) {
      held = false;
      last = Math.max(last, sequence);
      if (!pumping) void pump();
    },

    overflow,
    fail,
    close: end,
  };
}
