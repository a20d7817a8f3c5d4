import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { migrate } from '#analytics/clickhouse/migrate.ts';
import { migrations } from '#analytics/migrations/index.ts';
import { createClickHouse } from '#infra/embedded/clickhouse.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';

/** Addresses carry parameters: two thousand ids and more. */
const MAX_HEADER_BYTES = 4 * 1024 ** 2;

const [directory = '', port = ''] = process.argv.slice(2);
const clickhouse = createClickHouse(directory);
await clickhouse.start();
const client = clickhouse.client();
await migrate(client, migrations, { logger });

/** What ClickHouse's client reads of a failure. */
const failure = z.object({ code: z.string(), type: z.string(), message: z.string() });

/** The engine behind as much of ClickHouse's HTTP interface as its client uses, so that it can die alone. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { searchParams } = new URL(request.url ?? '', 'http://clickhouse');
  const body = await text(request);
  const given = searchParams.get('query');
  const query = given === null ? body : `${given}\n${body}`;
  const params = [...searchParams].filter(([name]) => name.startsWith('param_'));
  const query_params = Object.fromEntries(params.map(([name, value]) => [name.slice('param_'.length), value]));
  try {
    const { stream } = await client.exec({ query, ...(params.length > 0 && { query_params }) });
    response.end(await text(stream));
  } catch (error) {
    const known = failure.safeParse(error);
    response.statusCode = 500;
    response.end(
      known.success
        ? `Code: ${known.data.code}. DB::Exception: ${known.data.message} (${known.data.type})`
        : `Code: 1000. DB::Exception: ${String(error)} (POCO_EXCEPTION)`,
    );
  }
}

createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
  answer(request, response).catch(() => response.destroy());
}).listen(Number(port), '127.0.0.1', () => process.send?.('ready'));
process.on('disconnect', () => process.exit(0));
