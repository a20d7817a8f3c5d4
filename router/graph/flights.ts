/** What is asked for under way, operations and fetches alike, for whoever asks the same for the same person at the same moment. */
export interface Flights {
  /**
   * Gives the answer of what is under way under this key, or of what `begin` begins.
   *
   * @param flight.companyId whose data is read.
   * @param flight.key equal for what is answered equally: who asks, what is asked of whom.
   * @param flight.onJoin called when it is under way already.
   */
  share<T>(
    flight: { readonly companyId: string; readonly key: string; readonly onJoin: () => void },
    begin: () => Promise<T>,
  ): Promise<T>;
  /** Something of the company was written: what began before may not have seen it, so nobody joins it any more. */
  wrote(companyId: string): void;
}

export function createFlights(): Flights {
  const companies = new Map<string, Map<string, Promise<unknown>>>();

  function flightsOf(companyId: string): Map<string, Promise<unknown>> {
    const known = companies.get(companyId) ?? new Map<string, Promise<unknown>>();
    companies.set(companyId, known);
    return known;
  }

  return {
    async share<T>({ companyId, key, onJoin }: Parameters<Flights['share']>[0], begin: () => Promise<T>): Promise<T> {
      const flights = flightsOf(companyId);
      const joined = flights.get(key);
      if (joined) {
        onJoin();
        // Under one key there is one kind of answer.
        return joined as Promise<T>;
      }
      const flight = begin();
      flights.set(key, flight);
      try {
        return await flight;
      } finally {
        flights.delete(key);
        if (flights.size === 0 && companies.get(companyId) === flights) companies.delete(companyId);
      }
    },

    wrote: (companyId) => void companies.delete(companyId),
  };
}
