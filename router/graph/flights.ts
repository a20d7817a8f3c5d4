/** What is asked for under way, operations and fetches alike, for whoever asks the same for the same person at the same moment. */
export interface Flights {
  /**
   * Gives the answer of what is under way for the same person with the same question, or of what `begin` begins.
   *
   * @param flight.companyId whose data is read.
   * @param flight.who asks: equal for those who are answered equally.
   * @param flight.what is asked, of whom.
   * @param flight.onJoin called when it is under way already.
   * @param flight.signal aborts when who asks leaves; undefined: they never do.
   * @param begin is given a signal that aborts when everybody has left who waits for it.
   */
  share<T>(
    flight: Asked & { readonly onJoin: () => void; readonly signal?: AbortSignal | undefined },
    begin: (signal: AbortSignal | undefined) => Promise<T>,
  ): Promise<T>;
  /** Something of the company was written: what began before may not have seen it, so nobody joins it any more. */
  wrote(companyId: string): void;
}

interface Asked {
  readonly companyId: string;
  readonly who: string;
  readonly what: string;
}

interface Flight {
  readonly what: string;
  readonly answer: Promise<unknown>;
  /** One more waits for it. */
  readonly join: (signal: AbortSignal | undefined) => void;
}

/** By who asks: most have one or two under way, and looking at those takes less than finding a long question in a table. */
type OfCompany = Map<string, Flight[]>;

export function createFlights(): Flights {
  const companies = new Map<string, OfCompany>();

  function ofCompany(companyId: string): OfCompany {
    const known = companies.get(companyId) ?? (new Map() satisfies OfCompany);
    companies.set(companyId, known);
    return known;
  }

  function end(flights: OfCompany, { companyId, who }: Asked, flight: Flight): void {
    const left = (flights.get(who) ?? []).filter((one) => one !== flight);
    if (left.length > 0) return void flights.set(who, left);
    flights.delete(who);
    if (flights.size === 0 && companies.get(companyId) === flights) companies.delete(companyId);
  }

  return {
    async share<T>(
      { onJoin, signal, ...asked }: Parameters<Flights['share']>[0],
      begin: (signal: AbortSignal | undefined) => Promise<T>,
    ): Promise<T> {
      const { companyId, who, what } = asked;
      const flights = ofCompany(companyId);
      const joined = flights.get(who)?.find((one) => one.what === what);
      if (joined) {
        onJoin();
        joined.join(signal);
        // To one question there is one kind of answer.
        return joined.answer as Promise<T>;
      }
      // Who never leaves keeps it going for everybody.
      const abandoned = signal && new AbortController();
      const answer = begin(abandoned?.signal);
      const join = abandoned ? createCrowd(() => (end(flights, asked, flight), abandoned.abort())) : () => undefined;
      const flight: Flight = { what, answer, join };
      const others = flights.get(who);
      if (others) others.push(flight);
      else flights.set(who, [flight]);
      join(signal);
      try {
        return await answer;
      } finally {
        end(flights, asked, flight);
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
