import { z } from 'zod';

/** Percent of what is allowed. */
const usage = z.object({
  call_count: z.number().default(0),
  total_time: z.number().default(0),
  total_cputime: z.number().default(0),
  /** Minutes. */
  estimated_time_to_regain_access: z.number().nonnegative().default(0),
});
const usageByBusiness = z
  .record(z.string(), z.array(usage))
  .transform((byBusiness) => Object.values(byBusiness).flat());

/** Used up, and nothing says until when: the share that is counted slides on all the time. */
const UNSAID_WAIT_MS = 60_000;

/**
 * How long Graph wants to be left alone, by the headers of its answer, in milliseconds; undefined while something is left.
 * https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 */
export function usageWaitMs(headers: Readonly<Record<string, unknown>>): number | undefined {
  const usages = [
    ...(usageByBusiness.safeParse(json(headers['x-business-use-case-usage'])).data ?? []),
    ...(z.array(usage).safeParse([json(headers['x-app-usage'])]).data ?? []),
  ];
  const waits = usages
    .filter(({ call_count, total_time, total_cputime }) => Math.max(call_count, total_time, total_cputime) >= 100)
    .map(({ estimated_time_to_regain_access: minutes }) => minutes * 60_000 || UNSAID_WAIT_MS);
  return waits.length > 0 ? Math.max(...waits) : undefined;
}

function json(header: unknown): unknown {
  try {
    return typeof header === 'string' ? JSON.parse(header) : undefined;
  } catch {
    return undefined;
  }
}
