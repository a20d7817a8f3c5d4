import { beforeEach, describe, expect, test } from '@jest/globals';
import { createCircuitBreaker, type CircuitBreaker } from './circuitBreaker.ts';

let now = 0;
let breaker: CircuitBreaker;

beforeEach(() => {
  now = 0;
  breaker = createCircuitBreaker({ now: () => now });
});

function fail(times: number, key = 'a'): void {
  for (let time = 0; time < times; time++) breaker.failed(key);
}

describe('the circuit breaker', () => {
  test('lets everything through while fewer than five in a row fail', () => {
    fail(4);
    breaker.succeeded('a');
    fail(4);

    expect(breaker.enter('a')).toBe(0);
  });

  test('opens for five seconds after five failures in a row, for that key alone', () => {
    fail(5);
    now = 2_000;

    expect(breaker.enter('a')).toBe(3_000);
    expect(breaker.enter('b')).toBe(0);
  });

  test('lets one try through after the pause, whose success closes it', () => {
    fail(5);
    now = 5_000;

    expect(breaker.enter('a')).toBe(0);
    expect(breaker.enter('a')).toBe(5_000);
    breaker.succeeded('a');
    expect([breaker.enter('a'), breaker.enter('a')]).toEqual([0, 0]);
    fail(4);
    expect(breaker.enter('a')).toBe(0);
  });

  test('doubles its pause with every try that fails, up to a minute, and begins anew after a success', () => {
    fail(5);
    const pauses = [];
    for (let time = 0; time < 6; time++) {
      now += breaker.enter('a');
      expect(breaker.enter('a')).toBe(0);
      breaker.failed('a');
      pauses.push(breaker.enter('a'));
    }
    breaker.succeeded('a');
    fail(5);

    expect(pauses).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
    expect(breaker.enter('a')).toBe(5_000);
  });

  test('keeps to the pauses that it is given', () => {
    breaker = createCircuitBreaker({ now: () => now, firstPauseMs: 100, longestPauseMs: 150 });
    fail(5);
    expect(breaker.enter('a')).toBe(100);
    now = 100;
    breaker.enter('a');
    breaker.failed('a');

    expect(breaker.enter('a')).toBe(150);
  });

  test('is not kept open for longer by those that were under way when it opened', () => {
    fail(5);
    now = 1_000;
    fail(20);

    expect(breaker.enter('a')).toBe(4_000);
  });

  test('lets another try through when the one before never reported', () => {
    fail(5);
    now = 5_000;
    breaker.enter('a');
    now = 10_000;

    expect([breaker.enter('a'), breaker.enter('a')]).toEqual([0, 5_000]);
  });
});
