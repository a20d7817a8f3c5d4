import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, print, validate } from 'graphql';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createFlights } from '../../graph/flights.ts';
import { createGraphVersion } from '../../graph/graphVersion.ts';
import { sha256 } from '../../operations/documents.ts';
import { operationRules } from '../../operations/rules.ts';
import { routerDefaults } from '../../config.ts';
import { compareShop, fair, type PartialAnswer } from '../../testing/compareShop.ts';
import { deferSome } from '../../testing/deferSome.ts';
import { randomOperation } from '../../testing/randomOperation.ts';
import { shopSources, shopSupergraph } from '../../testing/shop.ts';
import { agent } from '../../testing/world.ts';
import { createExecutor } from '../executor.ts';
import type { LaterAnswers, RequestScope, Source } from '../source.ts';

const comparison = compareShop(shopSupergraph);
const { snapshot } = comparison;
const limits = { ...routerDefaults.limits, depth: 50, selections: 5_000 };
const problemsOf = (query: string) =>
  validate(snapshot.schema, parse(query), operationRules(limits)).map(({ message }) => message);

describe('what @defer asks for', () => {
  test('comes after the rest, with its label and its place', async () => {
    const { answers } = await comparison.inParts(
      '{ product(id: "2") { sku ... @defer(label: "reviews") { reviews { text } } } }',
      fair,
    );
    expect(answers).toEqual([
      { data: { product: { sku: expect.any(String) } }, hasNext: true },
      {
        hasNext: false,
        incremental: [{ label: 'reviews', path: ['product'], data: { reviews: expect.any(Array) } }],
      },
    ]);
  });

  test('comes for each element of a list that its fragment is about', async () => {
    const { answers } = await comparison.inParts(
      '{ media { id ... on Book @defer { pages product { stock } } } }',
      fair,
    );
    const parts = answers.flatMap(({ incremental = [] }) => incremental);
    expect(parts.length).toBeGreaterThan(0);
    for (const { path, data } of parts) {
      expect(path).toEqual(['media', expect.any(Number)]);
      expect(Object.keys(data ?? {})).toEqual(['pages', 'product']);
    }
  });

  test.each([
    ['a literal', '{ products { sku ... @defer(if: false) { stock } } }', {}],
    ['a variable', 'query ($later: Boolean!) { products { sku ... @defer(if: $later) { stock } } }', { later: false }],
  ])('comes at once when %s says so', async (_, query, variables) => {
    const { answers } = await comparison.inParts(query, fair, variables);
    expect(answers).toEqual([
      { data: { products: expect.arrayContaining([{ sku: expect.any(String), stock: expect.any(Number) }]) } },
    ]);
  });

  test('comes at once for who takes no parts', async () => {
    const query = '{ products { sku ... @defer { stock } } }';
    const { ours } = await comparison.answers(query, fair);
    expect(ours.data).toContain('"stock"');
  });

  test('does not come within what is null', async () => {
    const { answers } = await comparison.inParts('{ product(id: "none") { sku ... @defer { stock } } }', fair);
    expect(answers).toEqual([{ data: { product: null }, hasNext: true }, { hasNext: false }]);
  });

  test('is a part of its own when a fragment is spread twice', async () => {
    const { data, answers } = await comparison.inParts(
      '{ a: product(id: "1") { ...P @defer } b: product(id: "2") { ...P @defer } } fragment P on Product { sku stock }',
      fair,
    );
    expect(answers[0]).toEqual({ data: { a: {}, b: {} }, hasNext: true });
    expect(data).toEqual({
      a: { sku: 'sku-1', stock: expect.any(Number) },
      b: { sku: 'sku-2', stock: expect.any(Number) },
    });
  });

  test('tells what failed with the part that misses it', async () => {
    const { answers } = await comparison.inParts('{ products { sku ... @defer { stock available } } }', {
      seed: 3,
      failures: 60,
      nulls: 0,
    });
    expect(answers[0]?.errors).toBeUndefined();
    const errors = answers.flatMap(({ incremental = [] }) => incremental.flatMap((part) => part.errors ?? []));
    expect(errors.length).toBeGreaterThan(0);
    for (const { path } of errors) expect(path?.slice(0, 2)).toEqual(['products', expect.any(Number)]);
  });

  test('makes the same as the whole, however it is cut', async () => {
    const draws = fc.infiniteStream(fc.nat(9_999));
    await fc.assert(
      fc.asyncProperty(draws, fc.constantFrom('query', 'mutation'), async (stream, kind) => {
        const draw = (limit: number) => (stream.next().value ?? 0) % limit;
        const whole = randomOperation(snapshot.schema, draw, kind);
        fc.pre(problemsOf(whole).length === 0);
        const cut = print(deferSome(parse(whole), draw));
        expect(problemsOf(cut)).toEqual([]);
        const variables = { yes: true, no: false, count: 2 };
        const known = Object.fromEntries(Object.entries(variables).filter(([name]) => whole.includes(`$${name}`)));
        const { theirs } = await comparison.answers(whole, fair, known);
        const { answers, data } = await comparison.inParts(cut, fair, known);
        expect(data).toEqual(JSON.parse(String(theirs.data)));
        expectOneEnd(answers);
        // Whatever fails, every part has a place in what came before it: putting them together throws otherwise.
        const stormy = await comparison.inParts(cut, { seed: draw(1_000), failures: 10, nulls: 10 }, known);
        expectOneEnd(stormy.answers);
      }),
      { numRuns: 60 },
    );
  });
});

describe('an operation in parts', () => {
  const metrics = createMetrics({ service: 'test' });
  const text = '{ product(id: "2") { sku ... @defer { depot { keeper { name } } } } }';

  function begin(query: string, sources: Readonly<Record<string, Source>>) {
    const version = createGraphVersion({ snapshot, sources, limits, logger, metrics });
    const executor = createExecutor({ graph: { version }, flights: createFlights(), logger, metrics });
    const operation = version.prepare({ hash: sha256(query), document: parse(query), operationName: undefined });
    return (scope: Partial<RequestScope>) =>
      executor.execute(operation, {}, { identity: agent(), requestId: 'r', ...scope });
  }

  test('ends when who waits for it leaves: what is missing is let go, and nothing more is fetched', async () => {
    const asked: string[] = [];
    const held = Promise.withResolvers<void>();
    const fetched = Promise.withResolvers<void>();
    const sources = Object.fromEntries(
      Object.entries(shopSources(fair)).map(([name, source]): [string, Source] => [
        name,
        {
          async fetch(...fetch) {
            asked.push(name);
            if (name === 'inventory') await held.promise;
            const answer = await source.fetch(...fetch);
            if (name === 'inventory') fetched.resolve();
            return answer;
          },
        },
      ]),
    );
    const { promise: later, resolve: takeLater } = Promise.withResolvers<LaterAnswers>();
    const first = await begin(text, sources)({ takeLater });
    expect(first).toMatchObject({ data: '{"product":{"sku":"sku-2"}}', hasNext: true });
    const answers = (await later)[Symbol.asyncIterator]();
    const next = answers.next();
    (await later).leave();
    expect(await next).toEqual({ done: true, value: undefined });
    held.resolve();
    await fetched.promise;
    await setImmediate();
    expect(asked).toEqual(['catalog', 'inventory']);
  });

  test('comes in one piece, and that is counted, when the planner cannot plan it otherwise', async () => {
    const count = async () =>
      Number(/^switchboard_router_defer_unplanned_total\S* (\d+)/m.exec(await metrics.text())?.[1] ?? 0);
    const query = '{ products(first: 1) { depot { ... @defer { products { duty weight } } } } }';
    const takeLater = () => undefined;
    const before = await count();
    const answer = await begin(query, shopSources(fair))({ takeLater });
    expect(answer).not.toHaveProperty('hasNext');
    expect(answer.data).toContain('"duty"');
    expect(await count()).toBe(before + 1);
  });
});

describe('a deferred fragment is refused', () => {
  test.each([
    ['at the root of a mutation', 'mutation { ... @defer { rename(id: "1", to: "x") { sku } } }', 'cannot be deferred'],
    [
      'with the label of another',
      '{ products { ... @defer(label: "a") { sku } ... @defer(label: "a") { stock } } }',
      'two parts with the label "a"',
    ],
    [
      'with a label that is a variable',
      'query ($label: String) { products { ... @defer(label: $label) { sku } } }',
      'is no variable',
    ],
  ])('%s', (_, query, reason) => {
    expect(problemsOf(query)).toEqual([expect.stringContaining(reason)]);
  });
});

function expectOneEnd(answers: readonly PartialAnswer[]): void {
  const more = answers.map(({ hasNext }) => hasNext);
  expect(more).toEqual(answers.length === 1 ? [undefined] : [...answers.slice(1).map(() => true), false]);
}
