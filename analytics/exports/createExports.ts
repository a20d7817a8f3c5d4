import type { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { unavailable } from '#platform/graphql/errors.ts';
import { createAdmission } from '../bi/admission.ts';
import { BiError } from '../bi/errors.ts';
import { select } from '../clickhouse/statements.ts';
import { queryLimits } from '../queries/scope.ts';
import { tooManyExports, tooManyRows, tooMuch } from './errors.ts';
import { countStatement, exportStatement } from './exportStatement.ts';
import type { Format } from './formats.ts';
import type { AskedExport } from './readExport.ts';
import { createFileWriter } from './writeFile.ts';

/** Years of days of a hundred agents; some 50 MB as CSV. */
export const MOST_ROWS = 200_000;
/** Dashboards are answered beside it. */
const admission = { all: 3, perCompany: 1, waitingPerCompany: 3, waitMs: 15_000 };
/** TIMEOUT_EXCEEDED, TOO_SLOW, MEMORY_LIMIT_EXCEEDED. */
const takesTooMuch = ['159', '160', '241'];

/** A dashboard's figures as a file. */
export interface Exports {
  /** @throws GraphQLError with why there is none. */
  open(companyId: string, asked: AskedExport, format: Format): Promise<Readable>;
}

export function createExports(options: {
  readonly clickhouse: ClickHouseClient;
  readonly isEmbedded: boolean;
  /** Of a company, by its IANA name. */
  readonly zoneOf: (companyId: string) => Promise<string>;
}): Exports {
  const { clickhouse, zoneOf } = options;
  const write = createFileWriter(options);
  const turns = createAdmission(admission);

  async function assertRows(companyId: string, asked: AskedExport, zone: string): Promise<void> {
    // Without groups there are as many as intervals.
    if (!asked.by) return;
    const [found] = await select(clickhouse, {
      name: 'export-rows',
      ...countStatement(companyId, asked, zone),
      limits: queryLimits,
      row: z.object({ rows: z.coerce.number() }),
    });
    if (found && found.rows > MOST_ROWS) throw tooManyRows(found.rows, MOST_ROWS);
  }

  return {
    async open(companyId, asked, format) {
      const end = await turns.enter(companyId).catch((error: unknown) => {
        throw error instanceof BiError ? tooManyExports(admission.waitMs / 1_000) : error;
      });
      try {
        const zone = await zoneOf(companyId);
        await assertRows(companyId, asked, zone);
        const stream = await write(exportStatement(companyId, asked, zone), format);
        return stream.once('close', end);
      } catch (error) {
        end();
        throw told(error);
      }
    },
  };
}

function told(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('type' in error)) return error;
  return takesTooMuch.includes(String(error.code))
    ? tooMuch()
    : unavailable('The export cannot be made now: try again');
}
