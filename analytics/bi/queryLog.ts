import type { ClickHouseClient } from '@clickhouse/client';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { insertBlock } from '../clickhouse/statements.ts';
import { withoutValues } from './withoutValues.ts';

/** A statement that somebody sent, and what became of it. */
export interface LoggedQuery {
  readonly companyId: string;
  readonly at: Date;
  readonly queryId: string;
  readonly partner: string;
  readonly keyId: string | undefined;
  readonly client: string;
  readonly statement: string;
  readonly format: string;
  readonly durationMs: number;
  readonly resultBytes: number;
  readonly exceptionCode: number;
  /** Its name. In words it can have values of the statement, or of rows. */
  readonly exception: string;
}

/** Keeps every statement that was sent, without the values in it, for the company to look at. */
export interface QueryLog extends Part {
  /** Never throws, and holds nobody up. */
  add(query: LoggedQuery): void;
}

const WRITE_EVERY_MS = 1_000;
/** While ClickHouse is away the oldest are lost; the process's own log has them. */
const MOST_WAITING = 5_000;
const MOST_TEXT = 20_000;
const limits = { seconds: 10, bytes: 512 * 1024 ** 2 };

export function createQueryLog({
  clickhouse,
  logger,
}: {
  readonly clickhouse: ClickHouseClient;
  readonly logger: Logger;
}): QueryLog {
  let waiting: LoggedQuery[] = [];
  let writing: NodeJS.Timeout | undefined;

  async function write(): Promise<void> {
    const queries = waiting;
    waiting = [];
    try {
      await insertBlock(clickhouse, {
        name: 'bi-queries',
        table: 'analytics.bi_queries',
        rows: queries.map(rowOf),
        limits,
      });
    } catch (error) {
      waiting = [...queries, ...waiting].slice(-MOST_WAITING);
      logger.warn({ err: error, queries: queries.length }, 'statements of BI tools could not be entered yet');
    }
  }

  return {
    name: 'BI query log',
    async start() {
      writing = setInterval(() => void write(), WRITE_EVERY_MS);
    },
    async stop() {
      clearInterval(writing);
      await write();
    },
    add(query) {
      const { companyId, queryId, partner, keyId, durationMs, exceptionCode } = query;
      logger.info({ companyId, queryId, partner, keyId, durationMs, exceptionCode }, 'a BI tool has asked');
      waiting.push(query);
      if (waiting.length > MOST_WAITING) waiting.shift();
    },
  };
}

function rowOf(query: LoggedQuery): object {
  return {
    company_id: query.companyId.toLowerCase(),
    at: query.at.toISOString().replace('T', ' ').slice(0, 23),
    query_id: query.queryId,
    partner: query.partner,
    key_id: query.keyId ?? null,
    client: text(query.client),
    statement: text(withoutValues(query.statement.slice(0, MOST_TEXT))),
    format: query.format,
    duration_ms: Math.round(query.durationMs),
    result_bytes: query.resultBytes,
    exception_code: query.exceptionCode,
    exception: text(query.exception),
  };
}

/** Half of a character is no text for ClickHouse. */
function text(given: string): string {
  return given.slice(0, MOST_TEXT).toWellFormed();
}
