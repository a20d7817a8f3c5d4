/** What is asked for under way, operations and fetches alike, for whoever asks the same for the same person at the same moment. */
export interface Flights {
  /**
   * Gives the answer of what is under way under this key, or of what `begin` begins.
   *
   * @param flight.companyId whose data is read.
   * @param flight.key equal for what is answered equally: who asks, what is asked of whom.
   * @param flight.onJoin called when it is under way already.
   * @param flight.signal aborts when who asks leaves; undefined: they never do.
   * @param begin is given a signal that aborts when everybody has left who waits for it.
   */
  share<T>(
    flight: {
      readonly companyId: string;
      readonly key: string;
      readonly onJoin: () => void;
      readonly signal?: AbortSignal | undefined;
    },
    begin: (signal: AbortSignal | undefined) => Promise<T>,
  ): Promise<T>;
  /** Something of the company was written: what began before may not have seen it, so nobody joins it any more. */
  wrote(companyId: string): void;
}

interface Flight {
  readonly answer: Promise<unknown>;
  /** One more waits for it. */
  readonly join: (signal: AbortSignal | undefined) => void;
}

export function createFlights(): Flights {
  const companies = new Map<string, Map<string, Flight>>();

  function flightsOf(companyId: string): Map<string, Flight> {
    const known = companies.get(companyId) ?? new Map<string, Flight>();
    companies.set(companyId, known);
    return known;
  }

  return {
    async share<T>(
      { companyId, key, onJoin, signal }: Parameters<Flights['share']>[0],
      begin: (signal: AbortSignal | undefined) => Promise<T>,
    ): Promise<T> {
      const flights = flightsOf(companyId);
      const joined = flights.get(key);
      if (joined) {
        onJoin();
        joined.join(signal);
        // Under one key there is one kind of answer.
        return joined.answer as Promise<T>;
      }
      const leave = (): void => {
        if (flights.get(key) === flight) flights.delete(key);
        if (flights.size === 0 && companies.get(companyId) === flights) companies.delete(companyId);
      };
      // Who never leaves keeps it going for everybody.
      const abandoned = signal && new AbortController();
      const answer = begin(abandoned?.signal);
      const join = abandoned ? createCrowd(() => (leave(), abandoned.abort())) : () => undefined;
      const flight: Flight = { answer, join };
      flights.set(key, flight);
      join(signal);
      try {
        return await answer;
      } finally {
        leave();
      }
    },

    wrote: (companyId) => void companies.delete(companyId),
  };
}

/** @returns takes in one more who waits until their signal aborts. When all have left, `onEmpty` is called. */
function createCrowd(onEmpty: () => void): Flight['join'] {
  let count = 0;
  return (signal) => {
    count += 1;
    const leave = (): void => {
      count -= 1;
      if (count === 0) onEmpty();
    };
    if (signal?.aborted) leave();
    else signal?.addEventListener('abort', leave, { once: true });
  };
}
