import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';
import type { Check, Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import { askingAgain } from './askAgain.ts';
import { EventError } from './errors.ts';

/** One connection to NATS, shared by everything in a service that publishes or consumes. */
export interface NatsPart extends Part {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Whether the connection stands right now; who must not wait in its buffer asks this first. */
  readonly connected: boolean;
  /** JetStream answers. */
  readonly check: Check;
}

const CONNECT_LIMIT_MS = 10_000;
/** So often at least, also where this process got no processor for all of the time. */
const CONNECT_TRIES = 3;
/** What is asked of JetStream takes milliseconds; on a machine that has too much to do, seconds. */
const REQUEST_LIMIT_MS = 10_000;

/**
 * Connects to NATS and stays connected: after a loss it tries again for ever, and what is published meanwhile fails by
 * its own time limit. `start` gives up after 10 seconds, so that a wrong address is a clear error.
 *
 * @param options.url `nats://user:password@host:port`, several separated by commas.
 */
export function connectNats(options: {
  readonly url: string;
  readonly name: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): NatsPart {
  const { logger } = options;
  const up = options.metrics.gauge('switchboard_nats_connected', '1 while the connection to NATS stands');
  const reconnects = options.metrics.counter('switchboard_nats_reconnects_total', 'Connections to NATS made again');
  /** Known before the rest is, so that a start that fails half-way can be undone. */
  let made: NatsConnection | undefined;
  let open: { connection: NatsConnection; jetstream: JetStreamClient; manager: JetStreamManager } | undefined;
  let connected = false;

  function opened() {
    if (!open) throw EventError.notStarted();
    return open;
  }

  function setConnected(value: boolean): void {
    connected = value;
    up.set(value ? 1 : 0);
  }

  async function watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        setConnected(false);
        logger.warn({ nats: connection.getServer() }, 'connection to NATS lost, trying again');
      } else if (status.type === 'reconnect') {
        setConnected(true);
        reconnects.inc();
        logger.info({ nats: connection.getServer() }, 'connected to NATS again');
      }
    }
  }

  return {
    name: 'nats',
    get connection() {
      return opened().connection;
    },
    get jetstream() {
      return opened().jetstream;
    },
    get manager() {
      return opened().manager;
    },
    get connected() {
      return connected;
    },
    async check() {
      const { manager } = opened();
      // A request on a lost connection would wait in its buffer until its time limit; this says so at once.
      if (!connected) throw EventError.notConnected();
      await manager.getAccountInfo();
    },
    async start() {
      const connection = await connectPatiently(connectionOptions(options.url, options.name));
      made = connection;
      const patient = askingAgain(connection);
      const manager = await jetstreamManager(patient, { timeout: REQUEST_LIMIT_MS }).catch((error: unknown) => {
        throw EventError.withoutJetStream(connection.getServer(), error);
      });
      open = { connection, jetstream: jetstream(patient, { timeout: REQUEST_LIMIT_MS }), manager };
      setConnected(true);
      watch(connection).catch((error: unknown) => logger.error({ err: error }, 'watching the NATS connection failed'));
    },
    async stop() {
      const connection = made;
      made = undefined;
      open = undefined;
      await connection?.close();
      setConnected(false);
    },
  };
}

function connectionOptions(url: string, name: string): ConnectionOptions {
  const urls = url.split(',').map((one) => new URL(one.trim()));
  const [first] = urls;
  return {
    name,
    servers: urls.map(({ host }) => host),
    ...(first?.username && { user: decodeURIComponent(first.username), pass: decodeURIComponent(first.password) }),
    ...(first?.protocol === 'tls:' && { tls: {} }),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    // A half-open connection is noticed after two missed pings instead of the default's four minutes.
    pingInterval: 5_000,
    maxPingOut: 2,
    // A stack trace for each request, made in case that it fails, is an eighth of a busy service's time.
    noAsyncTraces: true,
    // Another store restarting beside NATS must not make this client give up on its password for good.
    ignoreAuthErrorAbort: true,
  };
}

async function connectPatiently(options: ConnectionOptions): Promise<NatsConnection> {
  const deadline = Date.now() + CONNECT_LIMIT_MS;
  for (let attempt = 1; ; attempt++) {
    try {
      return await connect({ ...options, timeout: 2_000 });
    } catch (error) {
      const isOver = attempt >= CONNECT_TRIES && Date.now() > deadline;
      if (isOver) throw EventError.unreachable(String(options.servers), error);
      await pause(backoff(attempt, { capMs: 1_000 }));
    }
  }
}
