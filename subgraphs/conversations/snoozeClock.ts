import type { Part } from '#platform/lifecycle/part.ts';
import { wakeConversation } from './commands/wakeConversation.ts';
import { createDueClock, type Due, type DueClockOptions } from './dueClock.ts';

/** Opens conversations whose snooze has ended, within `pollMs`. */
export function createSnoozeClock(options: DueClockOptions): Part {
  return createDueClock({
    ...options,
    name: 'snooze clock',
    find: (sql, most) => sql<Due>`
      select due.company_id as "companyId", due.id from conversations.due_conversations(${most}) due`,
    settle: wakeConversation,
    settled: options.metrics.counter('switchboard_conversations_woken_total', 'Snoozes that ended by the clock'),
  });
}
