import type { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';

/** What ClickHouse's client is asked. */
export interface Statement {
  readonly query: string;
  readonly query_params?: Record<string, unknown>;
  readonly values?: Readable;
}

/** One of what is asked. */
export interface Call {
  readonly method: string;
  readonly statement: Statement;
  /** Asks ClickHouse, the same if nothing else is said. */
  run(instead?: Statement): Promise<unknown>;
}

/** The same ClickHouse, each statement of which goes through `pass`, which says what becomes of it. */
export function intercepted(clickhouse: ClickHouseClient, pass: (call: Call) => Promise<unknown>): ClickHouseClient {
  const statements = new Set<string | symbol>(['query', 'exec', 'command']);
  return new Proxy(clickhouse, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || !statements.has(name)) return member;
      return async (statement: Statement): Promise<unknown> =>
        pass({
          method: String(name),
          statement,
          run: async (instead = statement) => Reflect.apply(member, target, [instead]) as unknown,
        });
    },
  });
}

/** Whether it may change something. */
export function writes({ method }: Call): boolean {
  return method === 'exec' || method === 'command';
}
