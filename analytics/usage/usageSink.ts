import type { ClickHouseClient } from '@clickhouse/client';
import { createBatchConsumer } from '#platform/events/batchConsumer.ts';
import { Poison } from '#platform/events/errors.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { USAGE } from '#platform/events/streams.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { USAGE_SUBJECT, usageReports, type OperationReport } from '#schema/events/usage.ts';
import { insertBlock } from '../clickhouse/statements.ts';
import { SinkError } from '../sink/errors.ts';
import { clickHouseTime } from '../sink/eventRow.ts';
import { mayBeOfARow } from '../sink/refused.ts';

const limits = { seconds: 10, bytes: 1024 ** 3 };

/** Writes what routers tell of operations to ClickHouse. */
export function createUsageSink(options: {
  readonly nats: NatsPart;
  readonly clickhouse: ClickHouseClient;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  return createBatchConsumer<readonly object[]>({
    ...options,
    stream: USAGE.name,
    durable: 'analytics-usage',
    filterSubject: USAGE_SUBJECT,
    maxBatch: 50,
    async read(message) {
      const parsed = usageReports.safeParse(parseJson(message.string()));
      if (!parsed.success) throw Poison.because('these are no reports of operations', parsed.error);
      try {
        return parsed.data.reports.map(rowOf);
      } catch (error) {
        throw Poison.because('the time of a report cannot be right', error);
      }
    },
    handle: (batches) => write(options.clickhouse, batches.flat()),
  });
}

/** What ClickHouse says of a row is the row's fault; whatever else it says, is waited for. */
async function write(clickhouse: ClickHouseClient, rows: readonly object[]): Promise<void> {
  try {
    await insertBlock(clickhouse, { name: 'usage', table: 'analytics.operations', rows, limits });
  } catch (error) {
    throw mayBeOfARow(error) ? error : SinkError.unavailable(error);
  }
}

function rowOf(report: OperationReport): object {
  return {
    company_id: report.companyId.toLowerCase(),
    at: clickHouseTime(report.at),
    report_id: report.id,
    name: report.name,
    type: report.type,
    client_name: report.clientName,
    client_version: report.clientVersion,
    partner: report.partner,
    duration_ms: report.durationMs,
    cost: Math.round(report.cost),
    error_codes: report.errorCodes,
    fields: report.fields,
    weight: report.weight,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw Poison.because('this is no JSON', error);
  }
}
