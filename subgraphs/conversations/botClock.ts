import type { Part } from '#platform/lifecycle/part.ts';
import { giveUpOnBot } from './commands/bot/giveUpOnBot.ts';
import { createDueClock, type Due, type DueClockOptions } from './dueClock.ts';

/** Leaves conversations to people in which the bot has not answered in time, within `pollMs`. */
export function createBotClock(options: DueClockOptions): Part {
  return createDueClock({
    ...options,
    name: 'bot clock',
    find: (sql, most) => sql<Due>`
      select due.company_id as "companyId", due.id from conversations.overdue_bots(${most}) due`,
    settle: giveUpOnBot,
    settled: options.metrics.counter(
      'switchboard_conversations_bot_away_total',
      'Conversations that the bot let wait too long',
    ),
  });
}
