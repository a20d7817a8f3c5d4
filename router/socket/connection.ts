import type { Duplex } from 'node:stream';
import type { GraphQLError } from 'graphql';
import type { WebSocket } from 'ws';
import type { Identity } from '#platform/identity/identity.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Sink } from '../live/subscriber.ts';
import { OperationError } from '../operations/errors.ts';
import type { Authenticate } from '../operations/authenticate.ts';
import { clientOf, type Client } from '../usage/client.ts';
import type { Visit } from './admission.ts';
import { createFrameWriter } from './frameWriter.ts';
import { createOutflow, HIGH_WATER_BYTES } from './outflow.ts';
import { closeCodes, closeReason, parseClientMessage, type ClientMessage } from './protocol.ts';

/** Where one operation's messages go. */
export interface OperationSink extends Sink {
  complete(): void;
}

/** An operation that runs. */
export interface RunningOperation {
  /** Ends it without another message. */
  end(): void;
  /** Resolves when nothing more is done for it than waiting for events; never rejects. */
  readonly executed: Promise<void>;
}

/** For whom an operation is run, and how it came. */
export interface Asker {
  readonly identity: Identity;
  /** Where they are, as far as it is known. */
  readonly address: string | undefined;
  readonly client: Client;
  /** The cursor of the last answer that they have, which counts for more than what the operation itself says. */
  readonly lastEventId?: string;
  /** Came in a way that must change nothing. */
  readonly readsOnly?: boolean;
}

/** Runs an operation. The sink is told nothing before this has returned. */
export type StartOperation = (payload: unknown, asker: Asker, sink: OperationSink) => RunningOperation;

export interface ConnectionOptions {
  readonly authenticate: Authenticate;
  readonly start: StartOperation;
  readonly initTimeoutMs: number;
  readonly maxOperations: number;
  /** How many answers may wait for a socket that does not take them, over all its operations. */
  readonly maxWaiting: number;
  /** Does something at the end of this turn of the event loop. */
  readonly atTurnEnd: (work: () => void) => void;
  readonly logger: Logger;
}

/** Where a socket comes from. */
export interface ConnectionOrigin {
  /** The `Origin` header that it was opened with. */
  readonly origin: string | undefined;
  readonly address: string | undefined;
  /** As its headers say; browsers can send none with a socket. */
  readonly client: Client;
  readonly visit: Visit;
  /** What the socket itself writes to. */
  readonly stream: Duplex;
}

/** Beyond it nothing more is read from the socket: who does not take answers must not cause new ones. */
const STOP_READING_BYTES = 4 * HIGH_WATER_BYTES;
const MESSAGE_END = Buffer.from('}');
/** The longest that a timer of Node.js can wait; a token that lives longer outlives the socket. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The server's side of graphql-transport-ws on one socket. Frames are written here and not by graphql-ws, because one
 * answer that goes to many subscribers is serialised once.
 */
export function serveConnection(socket: WebSocket, from: ConnectionOrigin, options: ConnectionOptions): void {
  const { origin, address, visit, stream } = from;
  const { authenticate, start, maxOperations, maxWaiting, atTurnEnd, logger } = options;
  const writer = createFrameWriter({ stream, isOpen, atEnd: atTurnEnd });
  const operations = new Map<string, RunningOperation & { readonly finish: () => void }>();
  /** Operations, also those that the client no longer waits for and that are still executed. */
  let running = 0;
  /** Answers that wait until the socket takes them. */
  let waiting = 0;
  let initialised = false;
  let identity: Identity | undefined;
  let { client } = from;
  let expiry: NodeJS.Timeout | undefined;
  let unwatch: () => void = () => undefined;
  const initTimeout = setTimeout(() => {
    close(closeCodes.initialisationTimeout, 'Connection initialisation timeout');
  }, options.initTimeoutMs);

  function isOpen(): boolean {
    return socket.readyState === socket.OPEN;
  }

  function waitingBytes(): number {
    return stream.writableLength + writer.length;
  }

  const outflow = createOutflow({
    stream,
    isOpen,
    waiting: waitingBytes,
    onRelief() {
      if (socket.isPaused) socket.resume();
    },
  });

  function send(...pieces: readonly Buffer[]): void {
    if (!isOpen()) return;
    writer.send(pieces);
    if (waitingBytes() < STOP_READING_BYTES) return;
    writer.flush();
    socket.pause();
  }

  function say(message: string): void {
    send(Buffer.from(message));
  }

  function close(code: number, reason: string): void {
    if (isOpen()) writer.flush();
    socket.close(code, reason);
  }

  function sinkOf(id: string): OperationSink {
    const head = `{"id":${JSON.stringify(id)},"type":`;
    const nextHead = Buffer.from(`${head}"next","payload":`);
    return {
      next: (payload) => send(nextHead, payload, MESSAGE_END),
      error(errors: readonly GraphQLError[]) {
        forget(id);
        say(`${head}"error","payload":${JSON.stringify(errors)}}`);
      },
      complete() {
        forget(id);
        say(`${head}"complete"}`);
      },
      ready: outflow.ready,
      hold() {
        if (waiting >= maxWaiting) return false;
        waiting += 1;
        return true;
      },
      release: (count) => (waiting -= count),
      fallBehind() {
        close(closeCodes.stayedBehind, 'Stayed behind: connect again, and resume with the last cursors');
        endAll();
      },
    };
  }

  /** It is over, or nobody waits for it: its place is free when it is not executed any more. */
  function forget(id: string): void {
    const operation = operations.get(id);
    if (!operation) return;
    operations.delete(id);
    void operation.executed.then(operation.finish);
  }

  function endAll(): void {
    for (const [id, operation] of operations) {
      operation.end();
      forget(id);
    }
  }

  async function initialise(payload: Record<string, unknown>): Promise<void> {
    const authorization = payload['authorization'] ?? payload['Authorization'];
    const said = clientOf((name) => payload[name]);
    if (said.name !== undefined) client = said;
    try {
      const caller = await authenticate({
        origin,
        ...(typeof authorization === 'string' && { authorization }),
      });
      if (!caller) throw OperationError.unauthenticated('Give "authorization" in the payload of connection_init.');
      clearTimeout(initTimeout);
      if (await visit.identify(caller.identity)) {
        return close(closeCodes.tryAgainLater, 'Too many connections of this user: close one');
      }
      if (!isOpen()) return;
      identity = caller.identity;
      unwatch = caller.watch((reason) => close(closeCodes.forbidden, closeReason(reason)));
      const lifetime = Math.max(0, caller.expiresAt.getTime() - Date.now());
      expiry = setTimeout(() => close(closeCodes.forbidden, 'The token has expired'), Math.min(lifetime, MAX_TIMER_MS));
      say('{"type":"connection_ack"}');
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      close(closeCodes.forbidden, closeReason(error.message));
    }
  }

  function subscribe(id: string, payload: Record<string, unknown>): void {
    if (!identity) return close(closeCodes.unauthorized, 'Unauthorized');
    if (operations.has(id)) {
      return close(closeCodes.subscriberAlreadyExists, closeReason(`Subscriber for ${id} already exists`));
    }
    const sink = sinkOf(id);
    if (running >= maxOperations) return sink.error([OperationError.tooManySubscriptions(maxOperations)]);
    const leave = visit.begin();
    if (!leave) return sink.error([OperationError.tooManyOperations()]);
    running += 1;
    const finish = (): void => {
      running -= 1;
      leave();
    };
    operations.set(id, { ...start(payload, { identity, address, client }, sink), finish });
  }

  async function handle(message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'connection_init':
        if (initialised) return close(closeCodes.tooManyInitialisations, 'Too many initialisation requests');
        initialised = true;
        return initialise(message.payload ?? {});
      case 'ping':
        return say(JSON.stringify({ type: 'pong', ...(message.payload && { payload: message.payload }) }));
      case 'subscribe':
        return subscribe(message.id, message.payload);
      case 'complete':
        operations.get(message.id)?.end();
        forget(message.id);
        return undefined;
      case 'pong':
        return undefined;
    }
  }

  socket.on('message', (data, isBinary) => {
    // Frames that came in while the close handshake is under way do not count any more.
    if (!isOpen()) return;
    if (!visit.hear()) return close(closeCodes.tooManyMessages, 'Too many messages');
    const message = Buffer.isBuffer(data) && !isBinary ? parseClientMessage(data.toString()) : undefined;
    if (!message) return close(closeCodes.badRequest, 'Invalid message received');
    handle(message).catch((error: unknown) => {
      logger.error({ err: error }, 'a socket message could not be handled');
      close(closeCodes.internalError, 'Internal server error');
    });
  });

  socket.on('close', () => {
    clearTimeout(initTimeout);
    clearTimeout(expiry);
    unwatch();
    outflow.close();
    endAll();
    visit.leave();
  });
}
