import { pause } from '#platform/lifecycle/backoff.ts';
import type { EventLog } from './eventLog.ts';
import type { Screen } from './screen.ts';
import type { Tables } from './tables.ts';

const LIMIT_MS = 120_000;
const LOOK_MS = 250;
/** Nothing may happen for so long: live counts come once a second, and customers answer after three. */
const QUIET_LOOKS = 14;

/**
 * Waits until everything that was begun has come to its end, and everybody has been told.
 *
 * @returns What has not, after two minutes; nothing, when all is at rest.
 */
export async function comeToRest(options: {
  readonly tables: Tables;
  readonly events: EventLog;
  readonly screens: readonly Screen[];
}): Promise<readonly string[]> {
  const { events, screens } = options;
  const deadline = performance.now() + LIMIT_MS;
  let before = '';
  for (let quiet = 0; ; await pause(LOOK_MS)) {
    const unfinished = await underWay(options.tables);
    const seen = screens.map(({ counts, watches }) => [counts, watches.map((watch) => watch.seen.length)]);
    const now = JSON.stringify([await events.end(), unfinished, seen]);
    quiet = now === before && unfinished.length === 0 ? quiet + 1 : 0;
    before = now;
    if (quiet >= QUIET_LOOKS) return [];
    if (performance.now() > deadline) return unfinished.length > 0 ? unfinished : ['things still happen'];
  }
}

async function underWay(tables: Tables): Promise<string[]> {
  const rows = await tables.rows<{ what: string; count: number }>(
    `select what, count(*)::int as count from (
       select 'messages on their way' as what from conversations.messages where status = 'QUEUED'
       union all select 'jobs' from conversations.bulk_jobs where finished_at is null
       union all select 'snoozes that end' from conversations.conversations
         where status = 'SNOOZED' and snoozed_until is not null
       union all select 'agents who may be gone for too long' from conversations.agent_load
         where return_due_at <= now() + interval '3 seconds'
     ) unfinished group by what`,
  );
  return rows.map(({ what, count }) => `${String(count)} ${what}`);
}
