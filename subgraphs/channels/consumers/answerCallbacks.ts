import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { FindAccount } from '../credentials/findAccount.ts';
import type { Account } from '../platforms/outbound.ts';

export interface CallbackAnswerer extends Part {
  /** Answers a button that was pressed, soon; failing is of no consequence. */
  answer(companyId: string, channelId: string, callbackId: string): void;
}

/** More at once are left unanswered: their spinners end by themselves. */
const CONCURRENCY = 16;

/** Tells Telegram that a button's press was seen, so that its spinner ends. What it said is kept by then. */
export function createCallbackAnswerer(options: {
  readonly findAccount: FindAccount;
  readonly telegram: { answerCallback(account: Account, callbackId: string): Promise<void> };
  readonly logger: Logger;
}): CallbackAnswerer {
  const { findAccount, telegram, logger } = options;
  const running = new Set<Promise<void>>();

  async function answer(companyId: string, channelId: string, callbackId: string): Promise<void> {
    try {
      const account = await findAccount({ companyId, channelId });
      if (account) await telegram.answerCallback(account, callbackId);
    } catch (error) {
      logger.debug({ err: error, channelId }, 'a button’s press was not answered');
    }
  }

  return {
    name: 'callback answers',
    answer(companyId, channelId, callbackId) {
      if (running.size >= CONCURRENCY) return;
      const run = answer(companyId, channelId, callbackId).finally(() => running.delete(run));
      running.add(run);
    },
    start: async () => undefined,
    stop: async () => void (await Promise.all(running)),
  };
}
