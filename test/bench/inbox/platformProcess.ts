import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startPlatform } from '#infra/embedded/platform.ts';
import { secret } from '#infra/embedded/secrets.ts';
import { startStores } from '#infra/embedded/stores.ts';
import { createLogger } from '#platform/logging/logger.ts';
import { createNaiveInbox } from './naive.ts';

/** What the benchmark is told of a running platform. */
export interface Ready {
  readonly router: string;
  readonly subgraph: string;
  readonly naive: string;
  readonly secrets: { readonly token: string; readonly identity: string };
}

/** The platform as `npm start` composes it, without a demo, and the naive inbox beside it; says where they are. */
const [, , dataDir = ''] = process.argv;
const log = (): void => undefined;
const logger = createLogger({ name: 'bench', level: 'error' });
const stores = await startStores({ dataDir, urls: {}, log });
const secrets = {
  token: await secret(dataDir, 'token'),
  identity: await secret(dataDir, 'identity'),
  credentials: await secret(dataDir, 'credentials'),
  database: await secret(dataDir, 'database'),
  files: await secret(dataDir, 'files'),
};
const platform = await startPlatform({
  stores,
  secrets,
  host: '127.0.0.1',
  port: 0,
  publicUrl: 'http://localhost:4000',
  // Nobody is there, and nothing leaves this machine.
  telegramApiUrl: 'http://127.0.0.1:9',
  filesUrl: pathToFileURL(join(dataDir, 'files')).href,
  attachmentMaxBytes: 1024 ** 2,
  production: true,
  overHttp: true,
  logger,
  log,
});
const naive = createNaiveInbox(stores.databaseUrl);
await naive.start();

/** Set for all that an HTTP server of this process does for a request: workers poll beside them. */
const inRequest = new AsyncLocalStorage<true>();
subscribe('http.server.request.start', () => inRequest.enterWith(true));
let statements = 0;
function count(text: string): void {
  // A session ends behind its answer.
  if (inRequest.getStore() && text !== 'commit') statements += 1;
}
platform.conversations.database.onStatement(count);
platform.channels.database.onStatement(count);
naive.onStatement(count);

process.on('message', () => process.send?.({ statements }));
process.on('SIGTERM', () => void stop());
process.on('disconnect', () => void stop());

async function stop(): Promise<void> {
  await naive.stop();
  await platform.stop();
  await stores.stop();
  process.exit(0);
}

process.send?.({
  router: platform.router.url(),
  subgraph: platform.conversations.url(),
  naive: naive.url(),
  secrets,
} satisfies Ready);
