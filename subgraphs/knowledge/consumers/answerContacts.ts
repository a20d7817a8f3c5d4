import { createEventConsumer } from '#platform/events/eventConsumer.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { createRuns } from '../bot/runs.ts';
import type { Bot } from '../bot/createBot.ts';
import { claimAnswer, type BotAsked } from '../commands/bot/claimAnswer.ts';
import { settleAnswer } from '../commands/bot/settleAnswer.ts';

/** Answers under way at once: with a model they mostly wait. */
const CONCURRENCY = 16;

/**
 * Answers contacts who wait for the bot. One answer at a time for a conversation: who writes more while one is under way gets
 * one to all of it, and the one before ends.
 */
export function createAnswerConsumer(options: {
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly bot: Bot;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, database, bot, logger, metrics } = options;
  const runs = createRuns();
  const outcomes = metrics.counter('switchboard_bot_answers_total', 'What came of what the bot was asked', ['outcome']);

  async function answer(event: BotAsked): Promise<void> {
    const { companyId, data } = event;
    const { conversationId, ordinal, turns, rules } = data;
    if (!(await claimAnswer(database, event))) return;
    const outcome = await runs.run(conversationId, ordinal, async (signal) => {
      const reply = await bot.reply({ companyId, turns, rules }, signal);
      const settled = await settleAnswer(database, event, reply);
      return settled === 'told' ? reply.outcome : settled;
    });
    outcomes.inc({ outcome: (outcome ?? 'replaced').toLowerCase() });
  }

  return createEventConsumer({
    nats,
    durable: 'knowledge-bot',
    filterSubject: 'events.conversation.*.bot.asked',
    concurrency: CONCURRENCY,
    catalogue,
    handlers: { 'conversation.bot.asked': answer },
    logger,
    metrics,
  });
}
