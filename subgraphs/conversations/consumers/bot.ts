import { createEventConsumer } from '#platform/events/eventConsumer.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { answerAsBot } from '../commands/bot/answerAsBot.ts';
import { stepAside } from '../commands/bot/stepAside.ts';

/** Conversations in which the bot says something side by side; each takes a connection of the pool. */
const CONCURRENCY = 4;

/** What the bot wants said, and what it leaves to people. */
export function createBotConsumer(options: {
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, database, logger, metrics } = options;
  const outcomes = metrics.counter('switchboard_conversations_bot_total', 'What became of what the bot wanted to say', [
    'outcome',
  ]);
  return createEventConsumer({
    nats,
    durable: 'conversations-bot',
    filterSubject: 'events.knowledge.*.bot.>',
    concurrency: CONCURRENCY,
    catalogue,
    handlers: {
      async 'knowledge.bot.answered'(event) {
        outcomes.inc({ outcome: await answerAsBot(database, event) });
      },
      async 'knowledge.bot.stepped_aside'(event) {
        outcomes.inc({ outcome: await stepAside(database, event) });
      },
    },
    logger,
    metrics,
  });
}
