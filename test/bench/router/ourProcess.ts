import { createRouter } from '#router/createRouter.ts';
import { routerDefaults } from '#router/config.ts';
import { bearerDefaults } from '#platform/identity/bearerTokens.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { gatewayStart, tellCpu } from './gatewayStart.ts';

/** Our router as it is deployed: tokens verified, identities signed, limits and persisted operations on. */
const { urls, supergraphFile, natsUrl, redisUrl, tokenSecret } = await gatewayStart();
const router = createRouter(
  {
    ...routerDefaults,
    http: { host: '127.0.0.1', port: 0, trustProxy: false, bodyLimit: 1024 ** 2 },
    production: true,
    // The lists of the shop tell no sizes.
    limits: { ...routerDefaults.limits, cost: 100_000 },
    // One address asks for everything.
    rates: {},
    supergraphFile,
    subgraphs: Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, new URL(url).origin])),
    natsUrl,
    redisUrl,
    bearer: { ...bearerDefaults, secret: tokenSecret },
    identitySecret: 'the secret of the identities of this benchmark',
    graphiql: undefined,
  },
  { logger, metrics: createMetrics({ service: 'router' }) },
);
await router.start();
tellCpu(`${router.url()}/graphql`);
