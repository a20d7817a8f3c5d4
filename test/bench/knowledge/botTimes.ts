import { createBot } from '#knowledge/bot/createBot.ts';
import { createTokenBudget } from '#knowledge/bot/model/budget.ts';
import { createModelAnswerer } from '#knowledge/bot/model/modelAnswerer.ts';
import { createOpenAiChat } from '#knowledge/bot/model/openAiChat.ts';
import { createFindPassages } from '#knowledge/bot/retrieve.ts';
import type { PassageSearch } from '#knowledge/search/passageSearch.ts';
import { chatEndpoint } from '#knowledge/testing/chatEndpoint.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import type { KnowledgeStores } from './stores.ts';

const rules = {
  botName: 'Robin',
  handOverWords: [],
  isOutsideHours: false,
  answersOutsideHours: true,
  backAt: null,
  timeZone: 'UTC',
};

/**
 * Has the bot answer questions that nobody has asked before, by a model that answers at once: what is left is the bot's own time, with
 * everything that it reads and writes.
 *
 * @returns asks one question
 * @throws Error when one is not answered: it would be measured for nothing.
 */
export async function createBotBench(options: {
  readonly companyId: string;
  readonly search: PassageSearch;
  readonly stores: KnowledgeStores;
}) {
  const { companyId, search, stores } = options;
  const { database } = stores;
  const endpoint = await chatEndpoint(() => ({ say: 'It is as it says there [1].', countsTokens: true }));
  const model = createOpenAiChat({ url: endpoint.url, model: 'stand-in', timeoutMs: 10_000, dailyTokens: 1e9 });
  const bot = createBot({
    findPassages: createFindPassages({ database, search }),
    answerer: createModelAnswerer({ model, budget: createTokenBudget({ database, dailyTokens: 1e9 }), logger }),
    logger,
    metrics: createMetrics({ service: 'bench' }),
  });
  const { signal } = new AbortController();
  return {
    async ask(text: string): Promise<void> {
      const reply = await bot.reply({ companyId, turns: [{ author: 'CONTACT', text }], rules }, signal);
      if (reply.outcome !== 'ANSWERED') throw new Error(`the bot left “${text}” to people: ${reply.reason}`);
    },
    close: () => endpoint.close(),
  };
}
