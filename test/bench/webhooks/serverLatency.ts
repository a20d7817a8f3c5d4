/** How many requests took at most so many seconds, in the order of the seconds. */
type Buckets = readonly (readonly [seconds: number, count: number])[];

/** What the service has measured of its webhooks itself, from reading a request to the end of its answer. */
export async function webhookLatencies(url: string): Promise<Buckets> {
  return bucketsOf(
    await (await fetch(`${url}/metrics`)).text(),
    /^switchboard_http_request_duration_seconds_bucket\{le="([\d.]+|\+Inf)".*route="\/webhooks\/.*status="200"\} (\d+)$/gm,
  );
}

/** @param pattern Finds in the text of metrics a bucket's bound and how many it has, of however many series. */
export function bucketsOf(text: string, pattern: RegExp): Buckets {
  const counts = new Map<number, number>();
  for (const [, le = '', count = ''] of text.matchAll(pattern)) {
    const seconds = le === '+Inf' ? Infinity : Number(le);
    counts.set(seconds, (counts.get(seconds) ?? 0) + Number(count));
  }
  return [...counts].toSorted(([a], [b]) => a - b);
}

export function since(before: Buckets, after: Buckets): Buckets {
  const earlier = new Map(before);
  return after.map(([seconds, count]) => [seconds, count - (earlier.get(seconds) ?? 0)]);
}

/** In milliseconds, as Prometheus estimates it: evenly spread within a bucket. */
export function quantile(buckets: Buckets, share: number): number {
  const wanted = share * (buckets.at(-1)?.[1] ?? 0);
  let [lower, below] = [0, 0];
  for (const [seconds, count] of buckets) {
    if (count >= wanted && count > below) {
      return (lower + (seconds - lower) * ((wanted - below) / (count - below))) * 1_000;
    }
    [lower, below] = [seconds, count];
  }
  return 0;
}
