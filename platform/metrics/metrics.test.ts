import { describe, expect, test } from '@jest/globals';
import { MetricsError, createMetrics } from './metrics.ts';

describe('metrics', () => {
  test('carry the name of their service', async () => {
    const metrics = createMetrics({ service: 'channels' });
    metrics.counter('switchboard_test_total', 'Tests', ['kind']).inc({ kind: 'a' }, 2);

    await expect(metrics.text()).resolves.toContain('switchboard_test_total{kind="a",service="channels"} 2');
  });

  test('of two services in one process stay apart', async () => {
    const one = createMetrics({ service: 'one' });
    const two = createMetrics({ service: 'two' });
    one.counter('switchboard_test_total', 'Tests').inc();
    two.counter('switchboard_test_total', 'Tests').inc(5);

    await expect(one.text()).resolves.toContain('switchboard_test_total{service="one"} 1');
    await expect(two.text()).resolves.toContain('switchboard_test_total{service="two"} 5');
  });

  test('asked for twice by one name are the same metric', () => {
    const metrics = createMetrics({ service: 'test' });

    expect(metrics.counter('switchboard_a_total', 'A')).toBe(metrics.counter('switchboard_a_total', 'A'));
    expect(metrics.histogram('switchboard_b_seconds', 'B')).toBe(metrics.histogram('switchboard_b_seconds', 'B'));
    expect(metrics.gauge('switchboard_c', 'C')).toBe(metrics.gauge('switchboard_c', 'C'));
  });

  test('refuse one name for two kinds', () => {
    const metrics = createMetrics({ service: 'test' });
    metrics.counter('switchboard_a', 'A');
    metrics.gauge('switchboard_b', 'B');

    expect(() => metrics.gauge('switchboard_a', 'A')).toThrow(MetricsError);
    expect(() => metrics.histogram('switchboard_a', 'A')).toThrow(MetricsError);
    expect(() => metrics.counter('switchboard_b', 'B')).toThrow('switchboard_b exists already and is no counter');
  });

  test('a gauge is read when asked for, also when two parts of a service feed it', async () => {
    const metrics = createMetrics({ service: 'test' });
    metrics.gauge('switchboard_pool', 'Pool', ['name'], (gauge) => gauge.set({ name: 'a' }, 1));
    metrics.gauge('switchboard_pool', 'Pool', ['name'], async (gauge) => gauge.set({ name: 'b' }, 2));

    const text = await metrics.text();
    expect(text).toContain('switchboard_pool{name="a",service="test"} 1');
    expect(text).toContain('switchboard_pool{name="b",service="test"} 2');
  });

  test('a gauge that cannot be read is counted and leaves the others readable', async () => {
    const metrics = createMetrics({ service: 'test' });
    metrics.gauge('switchboard_lag', 'Lag', [], () => Promise.reject(new Error('the store is away')));
    metrics.counter('switchboard_ok_total', 'OK').inc();

    await metrics.text();
    const text = await metrics.text();
    expect(text).toContain('switchboard_ok_total{service="test"} 1');
    expect(text).toMatch(/collect_failures_total\{metric="switchboard_lag",service="test"\} [12]/);
  });

  test('tell about the process once asked to', async () => {
    const metrics = createMetrics({ service: 'test' });
    metrics.collectDefaults();

    await expect(metrics.text()).resolves.toContain('process_resident_memory_bytes{service="test"}');
  });
});
