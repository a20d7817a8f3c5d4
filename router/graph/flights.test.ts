import { beforeEach, describe, expect, it } from '@jest/globals';
import { createFlights, type Flights } from './flights.ts';

let flights: Flights;
/** What was begun, in order: how to end it, and whether it was given up. */
let begun: { readonly land: (text: string) => void; readonly signal: AbortSignal | undefined }[];
let joined: number;

beforeEach(() => {
  flights = createFlights();
  begun = [];
  joined = 0;
});

/** Somebody who waits for the same as all others here, and may leave. */
function passenger({ stays = false } = {}) {
  const leaving = new AbortController();
  const flight = { companyId: 'acme', who: 'ada', what: 'same', onJoin: () => void (joined += 1) };
  const answer = flights.share({ ...flight, ...(!stays && { signal: leaving.signal }) }, (signal) => {
    const { promise, resolve: land } = Promise.withResolvers<string>();
    begun.push({ land, signal });
    return promise;
  });
  return { answer, leave: () => leaving.abort() };
}

const givenUp = () => begun.map(({ signal }) => signal?.aborted ?? false);

describe('what several wait for', () => {
  it('is given up when the last of them leaves, and not before', () => {
    const [ada, ben, kim] = [passenger(), passenger(), passenger()];
    expect([begun.length, joined]).toEqual([1, 2]);
    ada.leave();
    kim.leave();
    expect(givenUp()).toEqual([false]);
    ben.leave();
    expect(givenUp()).toEqual([true]);
  });

  it('comes for those who stay', async () => {
    const [ada, ben] = [passenger(), passenger()];
    ada.leave();
    begun[0]?.land('answer');
    expect(await ben.answer).toBe('answer');
    expect(givenUp()).toEqual([false]);
  });

  it.each([
    ['came first', true],
    ['joined', false],
  ])('is not given up while somebody waits who never leaves: who %s', (_who, isFirst) => {
    const others = isFirst ? [passenger({ stays: true }), passenger()] : [passenger(), passenger({ stays: true })];
    for (const { leave } of others) leave();
    expect(givenUp()).toEqual([false]);
  });

  it('is nobody’s to join once it was given up, and its end takes nothing from what was begun anew', async () => {
    const ada = passenger();
    ada.leave();
    const ben = passenger();
    expect(givenUp()).toEqual([true, false]);
    begun[0]?.land('too late');
    expect(await ada.answer).toBe('too late');
    const kim = passenger();
    expect([begun.length, joined]).toEqual([2, 1]);
    begun[1]?.land('anew');
    expect(await Promise.all([ben.answer, kim.answer])).toEqual(['anew', 'anew']);
    void passenger();
    expect(begun).toHaveLength(3);
  });

  it('is given up at once for who has left before it begins', () => {
    const leaving = AbortSignal.abort();
    const flight = { companyId: 'acme', who: 'ada', what: 'same', onJoin: () => void (joined += 1), signal: leaving };
    let signal: AbortSignal | undefined;
    void flights.share(flight, async (given) => void (signal = given));
    expect(signal?.aborted).toBe(true);
  });
});
