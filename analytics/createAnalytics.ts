import type { ClickHouseClient } from '@clickhouse/client';
import { createRedis } from '#platform/cache/redis.ts';
import { connectNats } from '#platform/events/nats.ts';
import { createStreams } from '#platform/events/streams.ts';
import { createSubgraph, type LocalService } from '#platform/graphql/subgraphServer.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { readSubgraph } from '#schema/subgraphFiles.ts';
import { clickHouseCheck } from './clickhouse/connectClickHouse.ts';
import { oneServer, onCluster } from './clickhouse/ddl.ts';
import { createCheck } from './check/createCheck.ts';
import { createMigrator } from './clickhouse/createMigrator.ts';
import { createBi } from './bi/createBi.ts';
import { carryOut } from './control/carryOut.ts';
import { createControl } from './control/createControl.ts';
import { access } from './access.ts';
import { createCompaniesConsumer } from './companies/companiesConsumer.ts';
import type { AnalyticsConfig } from './config.ts';
import { createDashboards } from './dashboards.ts';
import { createExports } from './exports/createExports.ts';
import { mountExports } from './exports/mountExports.ts';
import { createChangeTeller } from './figures/changeTeller.ts';
import { createFigureCache } from './figures/figureCache.ts';
import { resolvers } from './resolvers/index.ts';
import { queryFieldUsage } from './queries/fieldUsage.ts';
import { queryOperationGroups, queryOperations } from './queries/operations.ts';
import type { Operations } from './context.ts';
import { createRebuild } from './rebuild/createRebuild.ts';
import { createSink } from './sink/createSink.ts';
import { createUsageSink } from './usage/usageSink.ts';

export interface Analytics extends LocalService {
  /** Where it answers, once it has started. */
  url(): string;
}

/** Above it, an insert of more rows costs no less per row; the rows take some 50 MB, twice. */
const BATCH_ROWS = 50_000;
/** How long after the death of a process others take its share. */
const LEASE_MS = 10_000;

/**
 * Events into ClickHouse, and dashboards out of it.
 *
 * @param deps.clickhouse A server's client or the embedded engine's; it stays open when the service stops.
 * @param deps.hasClickHouseUsers Whether it is a server, which has users that BI tools' statements are run as.
 */
export function createAnalytics(
  config: AnalyticsConfig,
  deps: {
    readonly clickhouse: ClickHouseClient;
    readonly hasClickHouseUsers: boolean;
    readonly logger: Logger;
    readonly metrics: Metrics;
  },
): Analytics {
  const name = 'analytics';
  const { host, port, identitySecret } = config;
  const { clickhouse, hasClickHouseUsers: hasUsers, logger, metrics } = deps;
  const layout = config.clickhouseCluster ? onCluster(config.clickhouseCluster) : oneServer;
  const nats = connectNats({ url: config.natsUrl, name, logger, metrics });
  const redis = createRedis({ url: config.redisUrl, name, logger });
  const tellChanges = createChangeTeller({ redis, nats, logger, metrics });
  const common = { nats, clickhouse, layout, leaseMs: LEASE_MS, tellChanges, logger, metrics };
  const migrator = createMigrator(common);
  const sink = createSink({ ...common, batchRows: BATCH_ROWS });
  const check = createCheck(common);
  const control = createControl({
    nats,
    carryOut: carryOut({ nats, clickhouse, layout, check, rebuild: createRebuild(common) }),
    logger,
  });
  const usage = createUsageSink({ nats, clickhouse, logger, metrics });
  const companies = createCompaniesConsumer({ nats, clickhouse, tellChanges, logger, metrics });
  const cache = createFigureCache({ redis, logger, metrics });
  const dashboards = createDashboards({ clickhouse, cache });
  const checks = { clickhouse: clickHouseCheck(clickhouse), nats: nats.check };
  const http = createHttpServer({ name, host, port, logger, metrics, checks: () => checks });
  const bi = createBi(http.app, {
    clickhouse,
    hasUsers,
    identitySecret,
    logger,
    cluster: config.clickhouseCluster?.name,
  });
  const zoneOf = (companyId: string) => dashboards.zone({ companyId });
  const exports = createExports({ clickhouse, isEmbedded: !hasUsers, zoneOf });
  mountExports(http.app, { exports, identitySecret });
  const subgraph = createSubgraph({
    name,
    typeDefs: readSubgraph(name),
    resolvers,
    http,
    identitySecret,
    logger,
    metrics,
    access,
    context: (identity) => ({
      identity,
      dashboards,
      fieldUsage: (of: { companyId: string; days: number }) => queryFieldUsage(clickhouse, of),
      operations: {
        figures: (of) => queryOperations(clickhouse, of),
        groups: (of) => queryOperationGroups(clickhouse, of),
      } satisfies Operations,
      close: async () => undefined,
    }),
  });

  const parts = [
    nats,
    migrator,
    redis,
    createStreams(nats),
    sink,
    check,
    control,
    usage,
    companies,
    ...bi,
    subgraph,
    http,
  ];
  return { ...createService(name, parts, { logger, checks }), local: subgraph.local, url: () => http.url() };
}
