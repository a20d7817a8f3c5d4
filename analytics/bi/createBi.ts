import type { ClickHouseClient } from '@clickhouse/client';
import type { FastifyInstance } from 'fastify';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { createAccounts, type Accounts } from './accounts.ts';
import { createAdmission } from './admission.ts';
import { mountBi } from './http/mountBi.ts';
import { createQueryLog } from './queryLog.ts';
import { createStatements } from './statements.ts';

/** A machine of two cores has dashboards to answer beside it. */
const admission = { all: 6, perCompany: 3, waitingPerCompany: 60, waitMs: 15_000 };

/**
 * SQL for BI tools: the way in, the users of a server with their views, and the log of what was asked.
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
    /** Of servers, when it is several. */
    readonly cluster: string | undefined;
  },
): readonly Part[] {
  const { clickhouse, hasUsers, identitySecret, logger, cluster } = options;
  const accounts = hasUsers ? createAccounts({ clickhouse, cluster, secret: identitySecret }) : undefined;
  const log = createQueryLog({ clickhouse, logger });
  const statements = createStatements({ clickhouse, accounts, admission: createAdmission(admission) });
  mountBi(app, { statements, log, identitySecret });
  return [...(accounts ? [keepUsers(accounts, logger)] : []), log];
}

/** Nothing waits for users of BI tools: what has failed here is tried again when the first of these tools asks. */
function keepUsers(accounts: Accounts, logger: Logger): Part {
  let preparing: Promise<void> = Promise.resolve();
  return {
    name: 'BI users',
    start: async () => {
      preparing = accounts.prepare().catch((error: unknown) => {
        logger.error(
          { err: error },
          'ClickHouse has no users for BI tools: grant the service’s user what docs/bi.md says',
        );
      });
    },
    stop: () => preparing,
  };
}
