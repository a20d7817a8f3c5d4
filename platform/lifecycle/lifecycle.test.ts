import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { backoff, pause } from './backoff.ts';
import { createService } from './createService.ts';
import { isOutage } from './outage.ts';
import type { Part } from './part.ts';
import { withTimeout } from './withTimeout.ts';

function recorder() {
  const calls: string[] = [];
  const part = (name: string, faults: Partial<Pick<Part, 'start' | 'stop'>> = {}): Part => ({
    name,
    async start() {
      calls.push(`start ${name}`);
      await faults.start?.();
    },
    async stop() {
      calls.push(`stop ${name}`);
      await faults.stop?.();
    },
  });
  return { calls, part };
}

describe('a service', () => {
  it('starts its parts in order and stops them in reverse, once', async () => {
    const { calls, part } = recorder();
    const service = createService('shop', [part('a'), part('b')], { logger });
    await service.start();
    await service.stop();
    await service.stop();
    expect(calls).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('undoes a half start and throws what failed', async () => {
    const { calls, part } = recorder();
    const failing = part('b', { start: () => Promise.reject(new Error('no room')) });
    const service = createService('shop', [part('a'), failing, part('c')], { logger });
    await expect(service.start()).rejects.toThrow('no room');
    expect(calls).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops the others when one fails to stop', async () => {
    const { calls, part } = recorder();
    const failing = part('b', { stop: () => Promise.reject(new Error('stuck')) });
    const service = createService('shop', [part('a'), failing], { logger });
    await service.start();
    await service.stop();
    expect(calls.at(-1)).toBe('stop a');
  });
});

describe('a process that runs a service', () => {
  const program = (body: string) => `
    import { runProcess } from ${JSON.stringify(new URL('runProcess.ts', import.meta.url).href)};
    import { silentLogger as logger } from ${JSON.stringify(new URL('../logging/logger.ts', import.meta.url).href)};
    const alive = setInterval(() => undefined, 1000);
    await runProcess({ name: 'x', ${body} }, { logger });`;

  async function run(body: string, signal?: NodeJS.Signals): Promise<{ code: number | null; output: string }> {
    const child = spawn('node', ['--input-type=module-typescript', '-e', program(body)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (signal && output.endsWith('started\n')) {
        // Twice, as one press of Ctrl-C arrives under npm.
        child.kill(signal);
        child.kill(signal);
      }
      if (signal && output.endsWith('starting\n')) child.kill(signal);
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    return { code, output };
  }

  const stop = `async stop() { console.log('stopped') }`;

  it.each(['SIGTERM', 'SIGINT'] as const)('stops in order on %s and ends with code 0', async (signal) => {
    const result = await run(`async start() { console.log('started') }, ${stop}`, signal);
    expect(result).toEqual({ code: 0, output: 'started\nstopped\n' });
  });

  it('ends at once when told to while it is still starting', async () => {
    const result = await run(
      `async start() { console.log('starting'); await new Promise(() => {}) }, ${stop}`,
      'SIGTERM',
    );
    expect(result).toEqual({ code: 1, output: 'starting\n' });
  });

  it('ends with code 1 after a failed start, and still stops', async () => {
    const result = await run(`async start() { throw new Error('no') }, ${stop}`);
    expect(result).toEqual({ code: 1, output: 'stopped\n' });
  });

  it('stops in order and ends with code 1 after an error that nobody handled', async () => {
    const result = await run(`async start() { setTimeout(() => { throw new Error('late') }, 10) }, ${stop}`);
    expect(result).toEqual({ code: 1, output: 'stopped\n' });
  });
});

describe('waiting', () => {
  it('backs off within its bounds, however many attempts there were', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (attempt) => {
        const wait = backoff(attempt, { baseMs: 50, capMs: 2_000 });
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(Math.min(2_000, 50 * 2 ** (attempt - 1)));
      }),
    );
  });

  it('ends a pause early when told to stop', async () => {
    const controller = new AbortController();
    const paused = pause(60_000, controller.signal);
    controller.abort();
    await paused;
    await pause(60_000, controller.signal);
    expect(controller.signal.aborted).toBe(true);
  });

  it('rejects with the reason when work takes too long, and settles as the work when it does not', async () => {
    await expect(withTimeout(new Promise(() => undefined), 5, 'too slow')).rejects.toThrow('too slow');
    await expect(withTimeout(Promise.resolve(7), 1_000, 'too slow')).resolves.toBe(7);
    await expect(withTimeout(Promise.reject(new Error('own')), 1_000, 'too slow')).rejects.toThrow('own');
  });

  it('counts an answer that came while the process was busy with something else', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const asking = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [answering] = await accepted;
    // From here on timers come first.
    await setImmediate();
    const waiting = withTimeout(once(asking, 'data'), 5, 'too slow');
    answering.write('came in time');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    await expect(waiting).resolves.toEqual([Buffer.from('came in time')]);
    asking.destroy();
    server.close();
  });
});

describe('telling an outage from a fault', () => {
  it('knows a refused connection by what Node really throws', async () => {
    const socket = connect(1, '127.0.0.1');
    const [error] = (await once(socket, 'error')) as [unknown];
    expect(isOutage(error)).toBe(true);
  });

  it.each([
    ['a refused connection', Object.assign(new Error('x'), { code: 'ECONNREFUSED' })],
    ['a database that shuts down', Object.assign(new Error('x'), { code: '57P01' })],
    ['a database that starts', new Error('query failed', { cause: Object.assign(new Error('x'), { code: '57P03' }) })],
    ['a connection that broke', new Error('Connection terminated unexpectedly')],
    ['both addresses of a host refused', new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })])],
  ])('sees %s as an outage', (_, error) => expect(isOutage(error)).toBe(true));

  it.each([
    ['a unique violation', Object.assign(new Error('duplicate key'), { code: '23505' })],
    ['a programming error', new TypeError('x is not a function')],
    ['something that is no error', 'ECONNREFUSED'],
  ])('does not see %s as an outage', (_, error) => expect(isOutage(error)).toBe(false));

  it('ends on causes that go in a circle', () => {
    const error = new Error('round');
    error.cause = error;
    expect(isOutage(error)).toBe(false);
  });
});
