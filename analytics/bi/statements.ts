import type { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select } from '../clickhouse/statements.ts';
import type { Accounts } from './accounts.ts';
import type { Admission } from './admission.ts';
import { companyTables, createFunctions } from './companyTables.ts';
import { BiError } from './errors.ts';
import { contentTypeOf } from './formats.ts';
import { ofServer } from './serverViews.ts';
import { settingsClause, type Settings } from './settings.ts';
import { translate } from './sql/translate.ts';
import type { Functions } from './sql/translation.ts';
import { boundTo } from './views/view.ts';

export interface Statement {
  readonly companyId: string;
  readonly text: string;
  /** Unless the statement says another. */
  readonly format: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly settings: Settings;
}

export interface Answer {
  readonly stream: Readable;
  readonly format: string;
  readonly contentType: string;
  /** How many, as far as it is known when it begins. */
  readonly rows: string;
  /** Gives the turn back: once, when the stream has ended. */
  end(): void;
}

/** Runs what BI tools ask, for one company and never for another. */
export interface Statements {
  /** @throws whatever keeps it from an answer. */
  run(statement: Statement): Promise<Answer>;
}

const MOST_BYTES = 256 * 1024;
const limits = { seconds: 5, bytes: 256 * 1024 ** 2 };

export function createStatements(options: {
  readonly clickhouse: ClickHouseClient;
  /** Of a server that has them; the embedded engine has none. */
  readonly accounts: Accounts | undefined;
  readonly admission: Admission;
}): Statements {
  const { clickhouse, accounts, admission } = options;
  let reading: Promise<Functions> | undefined;

  /** Asked once: they change with the engine's version. */
  function functions(): Promise<Functions> {
    reading ??= readFunctions(clickhouse).catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  }

  /** By the engine itself, which does not execute it: in one way of writing, without comments, of one statement. */
  async function formatted(text: string): Promise<string> {
    const [row] = await select(clickhouse, {
      name: 'bi-format',
      sql: 'SELECT formatQuerySingleLine({statement:String}) AS statement',
      params: { statement: text },
      limits,
      row: z.object({ statement: z.string() }),
    });
    if (!row) throw new Error('ClickHouse gave no row for one value');
    return row.statement;
  }

  async function execute({ companyId, text, format: asked, parameters, settings }: Statement) {
    const { sql, format = asked } = translate(await formatted(text), {
      tables: companyTables((view) => (accounts ? ofServer(view) : boundTo(view, companyId))),
      functions: await functions(),
      parameters,
    });
    const contentType = contentTypeOf(format);
    if (contentType === undefined) throw BiError.unknownFormat(format);
    const auth = await accounts?.of(companyId);
    const { stream, summary } = await clickhouse.exec({
      query: `${sql} FORMAT ${format} ${settingsClause(settings, { hasAccounts: accounts !== undefined })}`,
      ...(auth && { auth }),
    });
    return { stream, format, contentType, rows: summary?.result_rows ?? '0' };
  }

  return {
    async run(statement) {
      if (Buffer.byteLength(statement.text) > MOST_BYTES) throw BiError.tooLarge(MOST_BYTES);
      const end = await admission.enter(statement.companyId);
      try {
        return { ...(await execute(statement)), end };
      } catch (error) {
        end();
        throw error;
      }
    },
  };
}

async function readFunctions(clickhouse: ClickHouseClient): Promise<Functions> {
  const known = await select(clickhouse, {
    name: 'bi-functions',
    sql: 'SELECT lower(name) AS name FROM system.functions',
    limits,
    row: z.object({ name: z.string() }),
  });
  return createFunctions(new Set(known.map(({ name }) => name)));
}
