import type { GraphQLError } from 'graphql';
import type { WebSocket } from 'ws';
import type { Identity } from '#platform/identity/identity.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Sink } from '../live/subscriber.ts';
import { OperationError } from '../operations/errors.ts';
import type { Authenticate } from '../operations/authenticate.ts';
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
  readonly logger: Logger;
}

/** Beyond it nothing more is read from the socket: who does not take answers must not cause new ones. */
const STOP_READING_BYTES = 4 * HIGH_WATER_BYTES;
/** The longest that a timer of Node.js can wait; a token that lives longer outlives the socket. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The server's side of graphql-transport-ws on one socket. Frames are written here and not by graphql-ws, because one
 * answer that goes to many subscribers is serialised once.
 *
 * @param from Where the socket comes from: the `Origin` header that it was opened with, and the client's address.
 */
export function serveConnection(
  socket: WebSocket,
  from: { readonly origin: string | undefined; readonly address: string | undefined },
  options: ConnectionOptions,
): void {
  const { origin, address } = from;
  const { authenticate, start, maxOperations, logger } = options;
  const operations = new Map<string, RunningOperation>();
  /** Also those that the client no longer waits for. */
  let executing = 0;
  let initialised = false;
  let identity: Identity | undefined;
  let expiry: NodeJS.Timeout | undefined;
  const initTimeout = setTimeout(() => {
    socket.close(closeCodes.initialisationTimeout, 'Connection initialisation timeout');
  }, options.initTimeoutMs);

  function isOpen(): boolean {
    return socket.readyState === socket.OPEN;
  }

  const outflow = createOutflow({
    isOpen,
    waiting: () => socket.bufferedAmount,
    onRelief() {
      if (socket.isPaused) socket.resume();
    },
  });

  function send(frame: string): void {
    if (!isOpen()) return;
    socket.send(frame, outflow.onFlushed);
    if (socket.bufferedAmount >= STOP_READING_BYTES) socket.pause();
  }

  function sinkOf(id: string): OperationSink {
    const head = `{"id":${JSON.stringify(id)},"type":`;
    return {
      next: (payload) => send(`${head}"next","payload":${payload}}`),
      error(errors: readonly GraphQLError[]) {
        operations.delete(id);
        send(`${head}"error","payload":${JSON.stringify(errors)}}`);
      },
      complete() {
        operations.delete(id);
        send(`${head}"complete"}`);
      },
      ready: outflow.ready,
    };
  }

  async function initialise(payload: Record<string, unknown>): Promise<void> {
    const authorization = payload['authorization'] ?? payload['Authorization'];
    try {
      const caller = await authenticate({
        origin,
        ...(typeof authorization === 'string' && { authorization }),
      });
      if (!caller) throw OperationError.unauthenticated('Give "authorization" in the payload of connection_init.');
      clearTimeout(initTimeout);
      if (!isOpen()) return;
      identity = caller.identity;
      const lifetime = Math.max(0, caller.expiresAt.getTime() - Date.now());
      expiry = setTimeout(
        () => socket.close(closeCodes.forbidden, 'The token has expired'),
        Math.min(lifetime, MAX_TIMER_MS),
      );
      send('{"type":"connection_ack"}');
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      socket.close(closeCodes.forbidden, closeReason(error.message));
    }
  }

  function subscribe(id: string, payload: Record<string, unknown>): void {
    if (!identity) return socket.close(closeCodes.unauthorized, 'Unauthorized');
    if (operations.has(id)) {
      return socket.close(closeCodes.subscriberAlreadyExists, closeReason(`Subscriber for ${id} already exists`));
    }
    const sink = sinkOf(id);
    if (operations.size >= maxOperations || executing >= maxOperations) {
      return sink.error([OperationError.tooManySubscriptions(maxOperations)]);
    }
    const operation = start(payload, { identity, address }, sink);
    operations.set(id, operation);
    executing += 1;
    void operation.executed.then(() => (executing -= 1));
  }

  async function handle(message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'connection_init':
        if (initialised) return socket.close(closeCodes.tooManyInitialisations, 'Too many initialisation requests');
        initialised = true;
        return initialise(message.payload ?? {});
      case 'ping':
        return send(JSON.stringify({ type: 'pong', ...(message.payload && { payload: message.payload }) }));
      case 'subscribe':
        return subscribe(message.id, message.payload);
      case 'complete':
        operations.get(message.id)?.end();
        operations.delete(message.id);
        return undefined;
      case 'pong':
        return undefined;
    }
  }

  socket.on('message', (data, isBinary) => {
    // Frames that came in while the close handshake is under way do not count any more.
    if (!isOpen()) return;
    const message = Buffer.isBuffer(data) && !isBinary ? parseClientMessage(data.toString()) : undefined;
    if (!message) return socket.close(closeCodes.badRequest, 'Invalid message received');
    handle(message).catch((error: unknown) => {
      logger.error({ err: error }, 'a socket message could not be handled');
      socket.close(closeCodes.internalError, 'Internal server error');
    });
  });

  socket.on('close', () => {
    clearTimeout(initTimeout);
    clearTimeout(expiry);
    outflow.close();
    for (const operation of operations.values()) operation.end();
    operations.clear();
  });
}
