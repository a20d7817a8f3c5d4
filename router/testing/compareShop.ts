import { parse, type ExecutionResult } from 'graphql';
import { v7 } from 'uuid';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { routerDefaults } from '../config.ts';
import { answerOf, createExecutor } from '../execution/executor.ts';
import { merge } from '../execution/merge.ts';
import type { RequestScope, Source } from '../execution/source.ts';
import { createFlights } from '../graph/flights.ts';
import { createGraphVersion } from '../graph/graphVersion.ts';
import { createSnapshot, type GraphSnapshot } from '../graph/snapshot.ts';
import { sha256 } from '../operations/documents.ts';
import { shopScopes, shopSources, wholeShop, type Weather } from './shop.ts';
import { agent } from './world.ts';

export interface Comparison {
  readonly snapshot: GraphSnapshot;
  /**
   * The same operation over the shop's subgraphs and over one schema: what has to be the same.
   *
   * @param lacks The scopes that who asks does not have.
   */
  answers(
    query: string,
    weather: Weather,
    variables?: Record<string, unknown>,
    lacks?: ReadonlySet<string>,
  ): Promise<{ ours: Seen; theirs: Seen }>;
  /** The same operation answered in the parts that it asks for, and what they make together. */
  inParts(query: string, weather: Weather, variables?: Record<string, unknown>): Promise<Parts>;
  /** What the router answers, and what subgraphs were asked, of which some may be away. */
  ask(
    query: string,
    lacks?: ReadonlySet<string>,
    away?: ReadonlySet<string>,
  ): Promise<ExecutionResult & { readonly fetched: string; readonly given: string }>;
}

/** The data to the letter, and where errors left nulls. */
interface Seen {
  readonly data: string | undefined;
  readonly nulls: readonly string[];
}

/** One answer of several. */
export interface PartialAnswer extends ExecutionResult {
  readonly hasNext?: boolean;
  readonly incremental?: readonly IncrementalPart[];
}

export interface IncrementalPart extends ExecutionResult {
  readonly label?: string;
  readonly path: readonly (string | number)[];
}

interface Parts {
  readonly answers: readonly PartialAnswer[];
  /** What a client has at the end. */
  readonly data: unknown;
}

export const fair: Weather = { seed: 0, failures: 0, nulls: 0 };

/** @param supergraph Of the shop. */
export function compareShop(supergraph: string): Comparison {
  const snapshot = createSnapshot(supergraph);
  const metrics = createMetrics({ service: 'test' });
  const { limits } = routerDefaults;
  const answerWhole = wholeShop(snapshot.schema);

  async function federated(
    query: string,
    sources: Readonly<Record<string, Source>>,
    variables: Record<string, unknown>,
    lacks: ReadonlySet<string>,
    takeLater?: RequestScope['takeLater'],
  ): Promise<ExecutionResult> {
    const version = createGraphVersion({ snapshot, sources, limits, logger, metrics });
    const executor = createExecutor({ graph: { version }, flights: createFlights(), logger, metrics });
    const operation = version.prepare({ hash: sha256(query), document: parse(query), operationName: undefined });
    const identity = agent({ scopes: shopScopes.filter((scope) => !lacks.has(scope)) });
    const scope = { identity, requestId: v7(), ...(takeLater && { takeLater }) };
    const result = await executor.execute(operation, variables, scope);
    return JSON.parse(answerOf(result)) as ExecutionResult;
  }

  return {
    snapshot,
    async answers(query, weather, variables = {}, lacks = new Set()) {
      const whole = await answerWhole(query, variables, { weather, lacks });
      return {
        ours: seenIn(await federated(query, shopSources(weather), variables, lacks)),
        theirs: seenIn(JSON.parse(JSON.stringify(whole)) as ExecutionResult),
      };
    },
    async inParts(query, weather, variables = {}) {
      let later: AsyncIterable<string> | undefined;
      const first = await federated(query, shopSources(weather), variables, new Set(), (parts) => (later = parts));
      const answers: PartialAnswer[] = [first];
      if (later) for await (const text of later) answers.push(JSON.parse(text) as PartialAnswer);
      return { answers, data: mergedFrom(answers) };
    },
    async ask(query, lacks = new Set(), away = new Set()) {
      const asked: string[] = [];
      const given: string[] = [];
      const sources = Object.fromEntries(
        Object.entries(shopSources(fair)).map(([name, source]): [string, Source] => [
          name,
          {
            async fetch(operation, variables, scope) {
              asked.push(operation.query);
              given.push(variables);
              if (away.has(name)) throw new Error(`${name} is away`);
              return source.fetch(operation, variables, scope);
            },
          },
        ]),
      );
      const result = await federated(query, sources, {}, lacks);
      return { ...result, fetched: asked.join('\n'), given: given.join('\n') };
    },
  };
}

/** As a client puts parts together. */
function mergedFrom(answers: readonly PartialAnswer[]): unknown {
  const whole: { data: unknown } = { data: structuredClone(answers[0]?.data) };
  for (const { path, data } of answers.flatMap(({ incremental = [] }) => incremental)) {
    const place = ['data', ...path].reduce<unknown>(
      (value, step) => (value as Record<string | number, unknown>)[step],
      whole,
    );
    if (data) merge(place as Record<string, unknown>, structuredClone(data));
  }
  return whole.data;
}

function seenIn(result: ExecutionResult): Seen {
  return { data: JSON.stringify(result.data), nulls: nullsOf(result) };
}

/** Where each error has left a null: of several below one null, the specification leaves open which are told. */
function nullsOf({ data, errors = [] }: ExecutionResult): string[] {
  const places = errors.map(({ path = [] }) => {
    let value: unknown = data;
    let depth = 0;
    while (depth < path.length && value !== null && value !== undefined) {
      value = (value as Record<string | number, unknown>)[path[depth] ?? ''];
      depth += 1;
    }
    return JSON.stringify(path.slice(0, depth));
  });
  return [...new Set(places)].toSorted();
}
