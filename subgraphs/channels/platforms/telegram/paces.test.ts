import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRedis, type RedisPart } from '#platform/cache/redis.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import { createPacer } from '#platform/limits/pacer.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { telegramLimits } from '#test/standins/telegram/rateLimits.ts';
import { createTelegramStandin } from '#test/standins/telegram/telegramStandin.ts';
import { testRedis, type TestServer } from '#test/stack/index.ts';
import { channelSettings } from '../../settings.ts';
import { platformConnections } from '../http/sendRequest.ts';
import { createTelegramApi } from './api.ts';
import { createTelegramSender } from './sender.ts';

describe('the paces of Telegram', () => {
  const telegram = createTelegramStandin({ host: '127.0.0.1', port: 0, limits: telegramLimits });
  const connections = platformConnections();
  const redises: RedisPart[] = [];
  let server: TestServer;

  beforeAll(async () => {
    [server] = await Promise.all([testRedis(), telegram.start()]);
    redises.push(...['one', 'two'].map((name) => createRedis({ url: server.url, name, logger })));
    await Promise.all(redises.map((redis) => redis.start()));
  });

  afterAll(async () => {
    await connections.close();
    await Promise.all([telegram.stop(), ...redises.map((redis) => redis.stop())]);
    await server.close();
  });

  it('are such that two processes which send all they can never come too fast for it', async () => {
    const sender = createTelegramSender(createTelegramApi({ apiUrl: telegram.url(), connections }));
    const pacers = redises.map((redis) => createPacer({ redis, logger, metrics: createMetrics({ service: 'test' }) }));
    const account = {
      channelId: '01920000-0000-7000-8000-000000000001',
      companyId: '01920000-0000-7000-8000-000000000002',
      platform: 'TELEGRAM',
      externalId: '4242',
      token: '4242:AAEexample-of-a-bot-token_123',
      settings: channelSettings.parse({}),
    } as const;
    const part = { text: 'x' };

    /** Half of a chat's messages: the other half is another process'. */
    async function sendAll(threadExternalId: string, { take }: (typeof pacers)[number]): Promise<void> {
      for (let message = 0; message < 2; message++) {
        let waitMs: number;
        while ((waitMs = await take(sender.paces(account, threadExternalId, part))) > 0) await pause(waitMs);
        const options = { threadExternalId, replyToExternalId: null, reference: '', humanAgent: false };
        await sender.send(account, part, options);
      }
    }

    const chats = [...Array.from({ length: 24 }, (_, chat) => String(chat + 1)), '-1'];
    await Promise.all(chats.flatMap((chat) => pacers.map((pacer) => sendAll(chat, pacer))));
    expect(telegram.violations()).toBe(0);
    expect(telegram.sent()).toHaveLength(100);
  });
});
