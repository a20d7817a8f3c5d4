import type { GraphQLError } from 'graphql';
import type { WebSocket } from 'ws';
import type { Identity } from '#platform/identity/identity.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Sink } from '../live/subscriber.ts';
import { OperationError } from '../operations/errors.ts';
import type { Authenticate } from '../operations/authenticate.ts';
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

/** Runs an operation for a socket. The sink is told nothing before this has returned. */
export type StartOperation = (
  payload: Record<string, unknown>,
  identity: Identity,
  sink: OperationSink,
) => RunningOperation;

export interface ConnectionOptions {
  readonly authenticate: Authenticate;
  readonly start: StartOperation;
  readonly initTimeoutMs: number;
  readonly maxOperations: number;
  readonly logger: Logger;
}

/** Beyond it a socket counts as slow: its answers wait on our side, where they are bounded, and not in the kernel's care. */
const HIGH_WATER_BYTES = 256 * 1024;
/** Beyond it nothing more is read from the socket: who does not take answers must not cause new ones. */
const STOP_READING_BYTES = 4 * HIGH_WATER_BYTES;
/** The longest that a timer of Node.js can wait; a token that lives longer outlives the socket. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The server's side of graphql-transport-ws on one socket. Frames are written here and not by graphql-ws, because one
 * answer that goes to many subscribers is serialised once.
 *
 * @param origin The `Origin` header that the socket was opened with.
 */
export function serveConnection(socket: WebSocket, origin: string | undefined, options: ConnectionOptions): void {
  const { authenticate, start, maxOperations, logger } = options;
  const operations = new Map<string, RunningOperation>();
  /** Also those that the client no longer waits for. */
  let executing = 0;
  let waiters: ((open: boolean) => void)[] = [];
  let initialised = false;
  let identity: Identity | undefined;
  let expiry: NodeJS.Timeout | undefined;
  let unwatch: (() => void) | undefined;
  const initTimeout = setTimeout(() => {
    socket.close(closeCodes.initialisationTimeout, 'Connection initialisation timeout');
  }, options.initTimeoutMs);

  function isOpen(): boolean {
    return socket.readyState === socket.OPEN;
  }

  function wake(open: boolean): void {
    const woken = waiters;
    waiters = [];
    for (const resolve of woken) resolve(open);
  }

  function onFlushed(error?: Error | null): void {
    if (error) return wake(false);
    if (socket.bufferedAmount >= HIGH_WATER_BYTES / 2) return;
    wake(true);
    if (socket.isPaused) socket.resume();
  }

  function send(frame: string): void {
    if (!isOpen()) return;
    socket.send(frame, onFlushed);
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
      ready() {
        if (!isOpen()) return Promise.resolve(false);
        if (socket.bufferedAmount < HIGH_WATER_BYTES) return true;
        return new Promise((resolve) => waiters.push(resolve));
      },
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
      unwatch = caller.watch(() => socket.close(closeCodes.forbidden, 'The key is not valid any more'));
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
    const operation = start(payload, identity, sink);
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
    unwatch?.();
    wake(false);
    for (const operation of operations.values()) operation.end();
    operations.clear();
  });
}
