import { createGraphStandin } from '#test/standins/graph/graphStandin.ts';
import { realLimits } from '#test/standins/graph/limits.ts';
import { telegramLimits } from '#test/standins/telegram/rateLimits.ts';
import { createTelegramStandin } from '#test/standins/telegram/telegramStandin.ts';
import type { BenchAccount, BenchPlatform } from '../channels/connectAccounts.ts';
import type { BenchApp } from '../channels/channelsStack.ts';

/** What a platform took. */
export interface Taken {
  readonly accountId: string;
  readonly to: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Messages a second that a platform takes from an account: the most that anybody can send. */
export const limits = {
  TELEGRAM: telegramLimits.bot.most,
  MESSENGER: realLimits.messagesPerSecond,
  WHATSAPP: realLimits.whatsAppPerSecond,
} as const satisfies Partial<Record<BenchPlatform, number>>;

export type DeliveryPlatform = keyof typeof limits;
export const platforms = Object.keys(limits) as readonly DeliveryPlatform[];

/** The platforms, each with its real limits. */
export function createPlatforms(app: BenchApp) {
  const place = { host: '127.0.0.1', port: 0 };
  const telegram = createTelegramStandin({ ...place, limits: telegramLimits });
  const graph = createGraphStandin({ ...place, appId: app.id, appSecret: app.secret });

  return {
    start: () => Promise.all([telegram.start(), graph.start()]),
    stop: () => Promise.all([telegram.stop(), graph.stop()]),
    /** Where the channels find them. */
    env: () => ({ TELEGRAM_API_URL: telegram.url(), GRAPH_API_URL: graph.url() }),
    /** Telegram's stand-in knows every bot. */
    know({ platform, externalId: id, accessToken: token }: BenchAccount): void {
      if (platform === 'MESSENGER') graph.addAccount({ kind: 'page', id, name: id, token }, true);
      if (platform === 'WHATSAPP') {
        const number = { displayPhoneNumber: id, verifiedName: id, businessAccountId: `business ${id}` };
        graph.addAccount({ kind: 'whatsapp', id, ...number, token }, true);
      }
    },
    /** From now on Meta tells of what was sent, as it does. */
    tell: (url: string) => graph.tell({ url: `${url}/webhooks/meta` }),
    violations: () => telegram.violations() + graph.violations(),
    /** Oldest first; of each stand-in the newest 10,000. */
    taken(): Taken[] {
      const byTelegram = telegram.sent().map(({ botId, chatId, text, at }) => taken(botId, chatId, text, at));
      const byMeta = graph.sent().map(({ accountId, to, text, at }) => taken(accountId, to, text ?? '', at));
      return [...byTelegram, ...byMeta];
    },
  };
}

function taken(accountId: string, to: string, text: string, at: string): Taken {
  return { accountId, to, text, at: Date.parse(at) };
}
