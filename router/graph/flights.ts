import type { Metrics } from '#platform/metrics/metrics.ts';

/** Fetches under way, for whoever asks the same for the same person at the same moment. */
export interface Flights {
  /**
   * Gives the answer of what is under way under this key, or of what `begin` begins.
   *
   * @param flight.companyId whose data is read.
   * @param flight.key equal for what is answered equally: subgraph, who asks, what is asked.
   */
  share(
    flight: { readonly subgraph: string; readonly companyId: string; readonly key: string },
    begin: () => Promise<string>,
  ): Promise<string>;
  /** Something of the company was written: what began before may not have seen it, so nobody joins it any more. */
  wrote(companyId: string): void;
}

export function createFlights(metrics: Metrics): Flights {
  const companies = new Map<string, Map<string, Promise<string>>>();
  const shared = metrics.counter(
    'switchboard_router_subgraph_shared_total',
    'Fetches that were answered by an equal one under way',
    ['subgraph'],
  );

  function flightsOf(companyId: string): Map<string, Promise<string>> {
    const known = companies.get(companyId) ?? new Map<string, Promise<string>>();
    companies.set(companyId, known);
    return known;
  }

  return {
    async share({ subgraph, companyId, key }, begin) {
      const flights = flightsOf(companyId);
      const joined = flights.get(key);
      if (joined) {
        shared.inc({ subgraph });
        return joined;
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
