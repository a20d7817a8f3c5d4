import { describe, expect, test } from '@jest/globals';
import type { Identity } from '#platform/identity/identity.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import type { Source, SubgraphAnswer } from '../execution/source.ts';
import { createGathering } from './gathering.ts';

const operation = { kind: 'query', query: 'query ($representations: [_Any!]!) { x }', bodyHead: '' } as const;
const ada = { kind: 'agent', companyId: 'c', agentId: 'ada', role: 'AGENT', scopes: [] } as const satisfies Identity;
const ben = { ...ada, agentId: 'ben' };

/** A subgraph that echoes what it is asked for, when it is let go. */
function openWorld(answerOf = echo) {
  const asked: string[][] = [];
  let held: (() => void)[] = [];
  let holds = false;
  const source: Source = {
    async fetch(_operation, variables) {
      const { representations } = JSON.parse(variables) as { representations: { id: string }[] };
      const ids = representations.map(({ id }) => id);
      asked.push(ids);
      if (holds) await new Promise<void>((resolve) => held.push(resolve));
      return answerOf(ids);
    },
  };
  const gathering = createGathering({ metrics: createMetrics({ service: 'test' }) });
  return {
    asked,
    ask: (ids: readonly string[], identity: Identity = ada, others = '') =>
      gathering.ask({
        source,
        operation,
        representations: ids.map((id) => JSON.stringify({ id })),
        others,
        scope: { identity, requestId: ids.join() },
      }),
    hold: () => void (holds = true),
    letGo() {
      holds = false;
      for (const resolve of held) resolve();
      held = [];
    },
  };
}

function echo(ids: readonly string[]): SubgraphAnswer {
  return { data: { _entities: ids.map((id) => ({ id })) }, errors: [] };
}

const answered = (...ids: string[]): SubgraphAnswer => echo(ids);

describe('entities of live events', () => {
  test('are asked for together when they are wanted at one moment, and each event gets its own', async () => {
    const { asked, ask } = openWorld();
    const answers = await Promise.all([ask(['a', 'b']), ask(['c']), ask(['a'])]);
    expect(asked).toEqual([['a', 'b', 'c', 'a']]);
    expect(answers).toEqual([answered('a', 'b'), answered('c'), answered('a')]);
  });

  test('wait while a question is under way, and are the next one', async () => {
    const { asked, ask, hold, letGo } = openWorld();
    hold();
    const first = ask(['a']);
    await eventually(() => expect(asked).toEqual([['a']]));
    const others = [ask(['b']), ask(['c'])];
    letGo();
    expect(await Promise.all([first, ...others])).toEqual([answered('a'), answered('b'), answered('c')]);
    expect(asked).toEqual([['a'], ['b', 'c']]);
  });

  test('are never asked for in the name of somebody else, or in other words', async () => {
    const { asked, ask } = openWorld();
    await Promise.all([ask(['a']), ask(['b'], ben), ask(['c'], ada, '"first":1')]);
    expect(asked).toEqual([['a'], ['b'], ['c']]);
  });

  test('are so many in one question, unless one event has more', async () => {
    const { asked, ask } = openWorld();
    const many = Array.from({ length: 120 }, (_, n) => `m${String(n)}`);
    const halves = [many.slice(0, 60), many.slice(60)];
    await Promise.all([ask(many), ...halves.map((half) => ask(half))]);
    expect(asked.map(({ length }) => length)).toEqual([120, 60, 60]);
  });

  test('have the errors that are theirs, where they stand in their own answer, and those that are of all', async () => {
    const { ask } = openWorld((ids) => ({
      ...echo(ids),
      errors: [
        { message: 'of c', path: ['_entities', 2, 'name'] },
        { message: 'of nobody', path: ['_entities', 9] },
        { message: 'of all' },
      ],
    }));
    const [first, second] = await Promise.all([ask(['a', 'b']), ask(['c'])]);
    const ofAll = [{ message: 'of nobody', path: ['_entities', 9] }, { message: 'of all' }];
    expect(first?.errors).toEqual(ofAll);
    expect(second?.errors).toEqual([{ message: 'of c', path: ['_entities', 0, 'name'] }, ...ofAll]);
  });

  test.each([
    ['too few', { _entities: [{ id: 'a' }] }, {}],
    ['no list', { _entities: 'a' }, {}],
    ['nothing', null, null],
  ])('are nobody’s when the subgraph gives %s', async (_what, data, expected) => {
    const { ask } = openWorld(() => ({ data, errors: [] }));
    const answers = await Promise.all([ask(['a']), ask(['b'])]);
    expect(answers.map((answer) => answer.data)).toEqual([expected, expected]);
  });

  test('fail together with their question, and the next ones do not', async () => {
    let fails = true;
    const { ask } = openWorld((ids) => {
      if (fails) throw new Error('away');
      return echo(ids);
    });
    const failed = await Promise.allSettled([ask(['a']), ask(['b'])]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await ask(['c'])).toEqual(answered('c'));
  });
});
