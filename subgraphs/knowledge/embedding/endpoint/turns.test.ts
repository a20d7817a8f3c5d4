import { describe, expect, it } from '@jest/globals';
import type { QuotaVerdict } from '#platform/limits/quota.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createTurns, type Turn } from './turns.ts';

describe('turns at an endpoint', () => {
  /** Opens one place at a time, when the test says so. */
  function gate() {
    let open: () => void = () => undefined;
    let opened = new Promise<void>((resolve) => (open = resolve));
    const take = async (): Promise<QuotaVerdict> => {
      await opened;
      opened = new Promise<void>((resolve) => (open = resolve));
      return { waitMs: 0, states: [] };
    };
    return { take, open: () => open() };
  }

  const turn = (companyId: string, options: Partial<Turn> = {}): Turn => ({
    companyId,
    tokens: 1,
    until: performance.now() + 5_000,
    ...options,
  });
  const turnsOf = (take: Parameters<typeof createTurns>[0]['take']) =>
    createTurns({ name: 'm', limits: { requestsPerMinute: 10 }, take, metrics: createMetrics({ service: 'test' }) });

  it('are for those first who are waited for, and then for each company in its turn', async () => {
    const { take, open } = gate();
    const turns = turnsOf(take);
    const went: string[] = [];
    const queue = async (name: string, options: Partial<Turn> = {}) => {
      await turns.take(turn(name.slice(0, 1), options));
      went.push(name);
    };
    const all = [
      ...['a1', 'a2', 'a3', 'b1', 'c1'].map((name) => queue(name, { background: true })),
      ...['b2', 'b3', 'a4'].map((name) => queue(name)),
    ];
    for (let n = 1; n <= all.length; n++) {
      open();
      while (went.length < n) await new Promise(setImmediate);
    }
    // The first was asked for before anybody else had come.
    expect(went[0]).toBe('a1');
    expect(went.slice(1)).toEqual(['b2', 'a4', 'b3', 'b1', 'c1', 'a2', 'a3']);
  });

  it('are nobody’s who has gone, and nobody’s who has waited for too long', async () => {
    const turns = turnsOf(() => ({ waitMs: 60_000, states: [] }));
    await turns.take(turn('a', { signal: AbortSignal.abort() }));
    const leaving = new AbortController();
    const left = turns.take(turn('a', { until: performance.now() + 120_000, signal: leaving.signal }));
    leaving.abort();
    await left;
    await expect(turns.take(turn('a', { until: performance.now() + 1_000 }))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    const never = turnsOf(() => new Promise(() => undefined));
    await expect(never.take(turn('a', { until: performance.now() + 20 }))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('are free where nothing is limited, but while the endpoint rests', async () => {
    const turns = createTurns({
      name: 'm',
      limits: {},
      take: () => Promise.reject(new Error('there is nothing to count')),
      metrics: createMetrics({ service: 'test' }),
    });
    await turns.take(turn('a'));
    turns.rest(50);
    const since = performance.now();
    await turns.take(turn('a'));
    expect(performance.now() - since).toBeGreaterThanOrEqual(45);
  });
});
