import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runAgents, type RunResult } from '#test/agents/runAgents.ts';
import { runPlatform, type RunningPlatform } from './runningPlatform.ts';

/** What goes wrong by it can be had again, with more people: `npm run bench -- agents --quick --seed NUMBER`. */
const seed = Date.now() % 1_000_000_000;

describe(`people of one company who all work at once (seed ${String(seed)})`, () => {
  let platform: RunningPlatform;
  let result: RunResult;

  beforeAll(async () => {
    platform = await runPlatform();
    result = await runAgents({
      stack: platform.stack,
      seed,
      agents: 15,
      shift: { durationMs: 8_000, thinkMs: 500, leastEach: 15 },
      rate: 5,
      onProgress: () => undefined,
    });
  });
  afterAll(() => platform.stop());

  it('do what people do', () => {
    const done = result.performances.reduce((sum, performance) => sum + performance.done, 0);
    expect(done).toBeGreaterThan(100);
    expect(result.written).toBeGreaterThan(20);
  });

  it.each([
    ['meet no error, and leave nothing undone', 'errors'],
    ['are told everything live, once and in order', 'live'],
    ['are shown what a recount gives', 'counts'],
    ['lose no message and no conversation, and double none', 'messages'],
    ['leave a history without a gap, with one owner at a time', 'histories'],
    ['are given no more than they may have, and nobody idles while something waits', 'capacities'],
  ] as const)('%s', (_what, about) => {
    for (const { name, broken } of result.findings[about]) expect({ name, broken }).toEqual({ name, broken: [] });
  });
});
