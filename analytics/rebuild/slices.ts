/** A company, with how many events it has. */
export interface Weighed {
  readonly companyId: string;
  readonly events: number;
}

/**
 * Companies in groups of about so many events, each company whole: what a statement counts of a company is what the rollup says of
 * how far it is.
 */
export function slicesOf(companies: readonly Weighed[], mostEvents: number): Weighed[][] {
  const slices: Weighed[][] = [];
  let [slice, room]: [Weighed[], number] = [[], 0];
  for (const company of companies) {
    if (slice.length === 0 || company.events > room || slice.length >= MOST_COMPANIES) {
      [slice, room] = [[], mostEvents];
      slices.push(slice);
    }
    slice.push(company);
    room -= company.events;
  }
  return slices;
}

/** What fits into one parameter. */
const MOST_COMPANIES = 2_000;
