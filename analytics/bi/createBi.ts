import type { ClickHouseClient } from '@clickhouse/client';
import type { FastifyInstance } from 'fastify';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Ddl } from '../clickhouse/ddl.ts';
import { createAccounts } from './accounts.ts';
import { createAdmission } from './admission.ts';
import { mountBi } from './http/mountBi.ts';
import { createQueryLog } from './queryLog.ts';
import { createStatements } from './statements.ts';
import { views } from './views/index.ts';
import { definitionOf } from './views/view.ts';

/** A machine of two cores has dashboards to answer beside it. */
const admission = { all: 6, perCompany: 3, waitingPerCompany: 60, waitMs: 15_000 };

/**
 * SQL for BI tools: the views, the way in, and the log of what was asked.
 *
 * @param options.hasUsers whether ClickHouse is a server with users of its own, which then hold companies apart as well.
 * @returns the parts, in the order in which they start, after the tables are there.
 */
export function createBi(
  app: FastifyInstance,
  options: {
    readonly clickhouse: ClickHouseClient;
    readonly hasUsers: boolean;
    readonly identitySecret: string;
    readonly logger: Logger;
    /** What a statement is where it is run. */
    readonly ddl: Ddl;
    /** Of servers, when it is several. */
    readonly cluster: string | undefined;
  },
): readonly Part[] {
  const { clickhouse, hasUsers, identitySecret, logger, ddl, cluster } = options;
  const accounts = hasUsers ? createAccounts({ clickhouse, cluster, secret: identitySecret }) : undefined;
  const log = createQueryLog({ clickhouse, logger });
  const statements = createStatements({ clickhouse, accounts, admission: createAdmission(admission) });
  mountBi(app, { statements, log, identitySecret });
  return [{ name: 'BI views', start: () => createViews(clickhouse, ddl), stop: async () => undefined }, log];
}

async function createViews(clickhouse: ClickHouseClient, ddl: Ddl): Promise<void> {
  for (const statement of ['CREATE DATABASE IF NOT EXISTS bi', ...views.map(definitionOf)]) {
    for (const query of ddl(statement)) await clickhouse.command({ query });
  }
}
