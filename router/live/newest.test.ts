import { setImmediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { createNewest } from './newest.ts';

interface State {
  readonly of: string;
  readonly value: number;
}

/** A connection that takes what it is sent only when it is told to. */
function connect() {
  const sent: string[] = [];
  let waiting: ((open: boolean) => void)[] = [];
  const newest = createNewest<State>({
    sink: {
      next: (payload) => sent.push(payload.toString()),
      ready: () => new Promise((resolve) => waiting.push(resolve)),
    },
    keyOf: ({ of }) => of,
    answer: async ({ of, value }) => Buffer.from(`${of}${String(value)}`),
  });
  return {
    sent,
    newest,
    async take(open = true) {
      const woken = waiting;
      waiting = [];
      for (const resolve of woken) resolve(open);
      await setImmediate();
    },
  };
}

it('a slow connection gets the newest state of each key, in the order in which they came', async () => {
  const { sent, newest, take } = connect();
  for (const [of, value] of [
    ['a', 1],
    ['b', 1],
    ['a', 2],
    ['c', 1],
    ['b', 2],
  ] as const) {
    newest.offer({ of, value });
  }
  for (let turn = 0; turn < 5; turn++) await take();
  expect(sent).toEqual(['a2', 'c1', 'b2']);
});

it('goes on after a pause', async () => {
  const { sent, newest, take } = connect();
  newest.offer({ of: 'a', value: 1 });
  await take();
  await take();
  newest.offer({ of: 'a', value: 2 });
  await take();
  expect(sent).toEqual(['a1', 'a2']);
});

it('hands nothing on once it is closed, or its connection is', async () => {
  const closed = connect();
  closed.newest.offer({ of: 'a', value: 1 });
  closed.newest.close();
  await closed.take();
  closed.newest.offer({ of: 'a', value: 2 });
  await closed.take();
  const gone = connect();
  gone.newest.offer({ of: 'a', value: 1 });
  await gone.take(false);
  expect([closed.sent, gone.sent]).toEqual([[], []]);
});
