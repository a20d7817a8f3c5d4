import { MikroORM } from '@mikro-orm/postgresql';
import { connect } from '@nats-io/transport-node';
import { Redis } from 'ioredis';

const within = 5_000;

/** Resolves when PostgreSQL at `url` takes the credentials and answers a query, rejects with its reason. */
export async function reachPostgres(url: string): Promise<void> {
  const orm = new MikroORM({
    clientUrl: url,
    dbName: new URL(url).pathname.slice(1) || 'postgres',
    entities: [],
    discovery: { warnWhenNoEntities: false },
    driverOptions: { connectionTimeoutMillis: within },
  });
  try {
    await orm.em.getConnection().execute('select 1');
  } finally {
    await orm.close(true);
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
    redis.disconnect();
  }
}

/** Resolves when Qdrant answers at `url`, rejects with its reason. */
export async function reachQdrant(url: string): Promise<void> {
  const response = await fetch(new URL('/collections', url), { signal: AbortSignal.timeout(within) });
  if (!response.ok) throw new Error(`it answered ${String(response.status)}`);
}
