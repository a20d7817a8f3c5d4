import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select } from '../clickhouse/statements.ts';
import { queryLimits } from './scope.ts';
import { isZone, UTC } from '#platform/time/zones.ts';

/** The time zone of a company; UTC while none is known. */
export async function queryZone(client: ClickHouseClient, companyId: string): Promise<string> {
  const [found] = await select(client, {
    name: 'company-zone',
    sql: `SELECT argMax(time_zone, changed_at) AS zone FROM analytics.companies
      WHERE company_id = {company:UUID} GROUP BY company_id`,
    params: { company: companyId },
    limits: queryLimits,
    row: z.object({ zone: z.string() }),
  });
  return found && isZone(found.zone) ? found.zone : UTC;
}
