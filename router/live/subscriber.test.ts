import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GraphQLError } from 'graphql';
import { createSubscriber } from './subscriber.ts';

const LIMIT = 5;

const cursorOf = (sequence: number) => `after ${String(sequence)}`;
const delivery = (sequence: number) => ({
  sequence,
  payload: Buffer.from(String(sequence)),
  cursor: cursorOf(sequence),
});

/** A subscriber on a connection that takes what it is sent only while it is told to keep up. */
function connect({ holds = Infinity, ...options }: { from?: number; catchingUp?: boolean; holds?: number } = {}) {
  const sent: number[] = [];
  const errors: GraphQLError[] = [];
  const fallen: GraphQLError[] = [];
  let held = 0;
  let keepsUp = true;
  let ends = 0;
  let waiting: ((open: boolean) => void)[] = [];
  const subscriber = createSubscriber({
    from: 0,
    catchingUp: false,
    ...options,
    limit: LIMIT,
    cursorOf,
    onEnd: () => (ends += 1),
    sink: {
      next: (payload) => sent.push(Number(payload)),
      error: (told) => errors.push(...told),
      ready: () => keepsUp || new Promise((resolve) => waiting.push(resolve)),
      hold() {
        if (held >= holds) return false;
        held += 1;
        return true;
      },
      release: (count) => (held -= count),
      fallBehind: (error) => void fallen.push(error),
    },
  });
  return {
    subscriber,
    sent,
    errors,
    fallen,
    held: () => held,
    ends: () => ends,
    offer: (sequence: number) => subscriber.offer(delivery(sequence)),
    replay: (sequence: number) => subscriber.replay(delivery(sequence)),
    stall: () => (keepsUp = false),
    async recover() {
      keepsUp = true;
      const woken = waiting;
      waiting = [];
      for (const resolve of woken) resolve(true);
      await new Promise(setImmediate);
    },
  };
}

describe('a subscriber', () => {
  it('gets what it is offered at once while it keeps up', () => {
    const { offer, sent } = connect();
    [1, 2, 5].forEach(offer);
    expect(sent).toEqual([1, 2, 5]);
  });

  it('gets nothing from before it began, and nothing twice', () => {
    const { offer, sent } = connect({ from: 3 });
    [2, 3, 4, 4, 5, 1].forEach(offer);
    expect(sent).toEqual([4, 5]);
  });

  it('gets what was missed before what is live', async () => {
    const { offer, replay, subscriber, sent } = connect({ from: 1, catchingUp: true });
    await replay(2);
    [3, 4, 5].forEach(offer);
    await replay(3);
    expect(sent).toEqual([2, 3]);
    subscriber.caughtUp(4);
    await new Promise(setImmediate);
    offer(6);
    expect(sent).toEqual([2, 3, 5, 6]);
  });

  it.each([
    ['one operation may have', {}, LIMIT],
    ['the connection may have of all its operations', { holds: 2 }, 2],
  ])(
    'whose connection leaves more waiting than %s gives it up, with the cursor of what it has',
    async (_, options, most) => {
      const { offer, stall, recover, sent, fallen, errors, ends, held } = connect(options);
      offer(1);
      stall();
      for (let sequence = 2; sequence <= most + 1; sequence++) offer(sequence);
      expect([fallen, held()]).toEqual([[], most]);
      offer(most + 2);
      expect(fallen.map(({ extensions }) => extensions)).toEqual([{ code: 'SLOW_CONSUMER', cursor: 'after 1' }]);
      await recover();
      offer(99);
      expect([sent, errors, ends(), held()]).toEqual([[1], [], 1, 0]);
    },
  );

  it('that leaves too much waiting while missed events come first is ended by itself', async () => {
    const { offer, replay, fallen, errors, ends, held } = connect({ from: 1, catchingUp: true });
    await replay(2);
    for (let sequence = 3; sequence <= LIMIT + 3; sequence++) offer(sequence);
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'SLOW_CONSUMER', cursor: 'after 2' }]);
    expect([fallen, ends(), held()]).toEqual([[], 1, 0]);
  });

  it('holds nothing of its connection any more when that has taken what waited', async () => {
    const { offer, stall, recover, sent, held } = connect();
    stall();
    [1, 2, 3].forEach(offer);
    await recover();
    expect([sent, held()]).toEqual([[1, 2, 3], 0]);
  });

  it('gets nothing more once it is closed, and ends once', async () => {
    const { offer, subscriber, sent, errors, stall, recover, ends } = connect();
    stall();
    offer(1);
    subscriber.close();
    subscriber.close();
    subscriber.overflow();
    await recover();
    expect([sent, errors, ends()]).toEqual([[], [], 1]);
  });

  it('gets a growing run of events without a hole, whatever its connection does', async () => {
    const step = fc.constantFrom('offer', 'stall', 'recover');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { offer, stall, recover, sent, fallen } = connect();
        let offered = 0;
        for (const next of steps) {
          if (next === 'offer') offer((offered += 1));
          else if (next === 'stall') stall();
          else await recover();
        }
        await recover();
        expect(sent).toEqual(Array.from({ length: sent.length }, (_, index) => index + 1));
        const complete = sent.length === offered;
        expect(fallen.map(({ extensions }) => extensions['cursor'])).toEqual(
          complete ? [] : [`after ${String(sent.length)}`],
        );
      }),
    );
  });
});
