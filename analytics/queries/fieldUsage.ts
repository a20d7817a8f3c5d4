import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select } from '../clickhouse/statements.ts';
import { queryLimits } from './scope.ts';

const rowSchema = z.object({
  field: z.string(),
  operationName: z.string(),
  clientName: z.string(),
  partner: z.string(),
  calls: z.coerce.number(),
  lastUsedAt: z.string().transform((text) => new Date(`${text.replace(' ', 'T')}Z`)),
});
export type FieldUsageRow = z.output<typeof rowSchema>;

/** Enough for a graph many times as large; beyond it the rarest are left out. */
const MOST = 50_000;

/** Which fields of the graph a company's programs have used in the last days, and which operation of whom did. */
export async function queryFieldUsage(
  client: ClickHouseClient,
  { companyId, days }: { readonly companyId: string; readonly days: number },
): Promise<FieldUsageRow[]> {
  return select(client, {
    name: 'field-usage',
    sql: `SELECT field, name AS operationName, client_name AS clientName, partner, sum(weight) AS calls,
        toString(max(at)) AS lastUsedAt
      FROM analytics.operations FINAL ARRAY JOIN fields AS field
      WHERE company_id = {companyId:UUID} AND at >= now64(3, 'UTC') - toIntervalDay({days:UInt16})
      GROUP BY field, name, client_name, partner
      ORDER BY calls DESC, field, name
      LIMIT ${String(MOST)}`,
    params: { companyId, days },
    limits: queryLimits,
    row: rowSchema,
  });
}
