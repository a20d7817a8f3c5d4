import { connect } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { Client } from 'pg';

const within = 5_000;

/** Resolves when PostgreSQL at `url` takes the credentials and answers a query, rejects with its reason. */
export async function reachPostgres(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: within });
  // A connection that breaks between two calls says so by an event, which nobody else listens to.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    await client.end();
  }
}

/** Resolves when NATS at `url` takes the credentials in it, rejects with its reason. */
export async function reachNats(url: string): Promise<void> {
  const { host, username, password } = new URL(url);
  const credentials = username === '' ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  const connection = await connect({ servers: host, ...credentials, reconnect: false, timeout: within });
  await connection.close();
}

/** Resolves when Redis at `url` takes the credentials in it and has loaded its data, rejects with its reason. */
export async function reachRedis(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: within,
    commandTimeout: within,
  });
  let refused: unknown;
  redis.on('error', (error) => {
    refused = error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    throw refused ?? error;
  } finally {
    // A refused connection has ended already; to disconnect it would leave a timer of two seconds behind.
    if (redis.status !== 'end') redis.disconnect();
  }
}

/** Resolves when Qdrant answers at `url`, rejects with its reason. */
export async function reachQdrant(url: string): Promise<void> {
  const response = await fetch(new URL('/collections', url), { signal: AbortSignal.timeout(within) });
  if (!response.ok) throw new Error(`it answered ${String(response.status)}`);
}
