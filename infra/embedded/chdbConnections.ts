import { createChdbConnection, type ChdbConnection } from 'chdb/connection';
import { inlineParams } from './inlineParams.ts';
import { linesInsert } from './linesInsert.ts';

/** More statements than these at a time would only take the machine from each other. */
const MOST = 12;

/** What ClickHouse's client asks of a connection. */
export type EngineConnection = Pick<ChdbConnection, 'query' | 'exec' | 'command' | 'insert' | 'ping' | 'close'>;

/**
 * The engine in this process as one connection that answers several statements at a time. Inside, each statement has a connection of the
 * engine's for itself, on which another would wait for it to end. One whose statement has failed is thrown away: the engine
 * keeps what it had written of the answer until then, and gives it out in front of the next one.
 */
export function createChdbConnections(path: string): EngineConnection {
  // With the last connection the engine would end, and begin anew with the next.
  const anchor = createChdbConnection({ path });
  const idle: ChdbConnection[] = [];
  const waiting: (() => void)[] = [];
  let open = 0;
  let isClosed = false;

  async function take(): Promise<ChdbConnection> {
    while (idle.length === 0 && open >= MOST) await new Promise<void>((resolve) => waiting.push(resolve));
    const free = idle.pop();
    if (free) return free;
    open += 1;
    return createChdbConnection({ path });
  }

  async function discard(connection: ChdbConnection): Promise<void> {
    open -= 1;
    await connection.close();
  }

  async function withOne<T>(work: (connection: ChdbConnection) => Promise<T>): Promise<T> {
    const connection = await take();
    let isWhole = false;
    try {
      const answer = await work(connection);
      isWhole = true;
      return answer;
    } finally {
      if (isWhole && !isClosed) idle.push(connection);
      else await discard(connection);
      waiting.shift()?.();
    }
  }

  return {
    query: (params) => withOne((one) => one.query(inlined(params))),
    exec: (params) => withOne((one) => linesInsert(one, params) ?? one.exec(params)),
    command: (params) => withOne((one) => one.command(inlined(params))),
    insert: (params) => withOne((one) => one.insert(params)),
    ping: (params) => withOne((one) => one.ping(params)),
    async close() {
      isClosed = true;
      await Promise.all(idle.splice(0).map(discard));
      await anchor.close();
    },
  };
}

/** For statements of our own: what `exec` is given may be anybody's, and its values stay the engine's to read. */
function inlined<S extends Parameters<ChdbConnection['query']>[0]>(statement: S): S {
  const { query_params: params, ...rest } = statement;
  const query = params && inlineParams(statement.query, params);
  return query === undefined ? statement : ({ ...rest, query } as S);
}
