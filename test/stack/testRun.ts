import { z } from 'zod';

/** What the servers of one `npm test` tell the workers, by an environment variable that these inherit. */
const testRun = z.object({
  /** Temporary, removed at the end with all that is in it. */
  directory: z.string(),
  /** For databases, removed likewise; in memory where there is room. */
  databases: z.string(),
  /** One server for each worker: roles belong to a server, not to a database, and suites that run at once all create them. */
  postgresUrls: z.array(z.string()).min(1),
});
export type TestRun = z.infer<typeof testRun>;

const variable = 'SWITCHBOARD_TEST_RUN';

export function announceTestRun(run: TestRun): void {
  process.env[variable] = JSON.stringify(run);
}

/** The servers of this run, as seen by this worker. */
export function currentTestRun(): { directory: string; databases: string; postgresUrl: string } {
  const { directory, databases, postgresUrls } = testRun.parse(JSON.parse(process.env[variable] ?? '{}'));
  const worker = Number(process.env['JEST_WORKER_ID'] ?? '1') - 1;
  return { directory, databases, postgresUrl: postgresUrls[worker % postgresUrls.length] ?? '' };
}
