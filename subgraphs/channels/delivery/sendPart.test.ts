import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCircuitBreaker } from '#platform/limits/circuitBreaker.ts';
import type { Pace } from '#platform/limits/pace.ts';
import { testNats, testPostgres, testRedis, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { openDeliveries, type Connected, type Deliveries } from '../testing/deliveryHarness.ts';
import { testAccount } from '../testing/testAccount.ts';
import type { Send } from './decide.ts';
import type { Lease } from './queue.ts';
import { sendPart } from './sendPart.ts';

const account: Pace = { key: 'account', perSecond: 25, burst: 3 };
const person: Pace = { key: 'person', perSecond: 1 / 6, burst: 3 };

describe('a part whose claim takes long', () => {
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let redis: TestServer;
  let deliveries: Deliveries;

  beforeAll(async () => {
    [postgres, natsServer, redis] = await Promise.all([testPostgres(), testNats(), testRedis()]);
    deliveries = await openDeliveries({ adminUrl: postgres.adminUrl, natsUrl: natsServer.url, redisUrl: redis.url });
    deliveries.silent.pace(account, person);
  });
  afterAll(async () => {
    await deliveries.main.stop();
    await Promise.all([postgres.close(), natsServer.close(), redis.close()]);
  });

  /** A message in a queue that is leased for an hour. */
  async function leased(chat: Connected): Promise<{ readonly lease: Lease; readonly send: Send }> {
    const { companyId, conversationId, channelId, threadExternalId } = chat;
    const [messageId, worker] = [randomUUID(), randomUUID()];
    await chat.write(async ({ sql }) => {
      await sql`
        insert into channels.deliveries (company_id, message_id, channel_id, conversation_id, thread_external_id, status)
        values (${companyId}, ${messageId}, ${channelId}, ${conversationId}, ${threadExternalId}, 'WAITING')`;
      await sql`
        insert into channels.delivery_queues (company_id, conversation_id, channel_id, due_at, leased_by)
        values (${companyId}, ${conversationId}, ${channelId}, now() + interval '1 hour', ${worker})`;
    });
    const send: Send = {
      messageId,
      channelId,
      part: 0,
      partCount: 1,
      attempt: 1,
      content: { text: messageId },
      account: testAccount('TELEGRAM', { companyId, channelId }),
      sealedToken: null,
      options: { threadExternalId, replyToExternalId: null, reference: messageId, humanAgent: false },
    };
    return { lease: { companyId, conversationId, channelId, worker }, send };
  }

  /** Sends with places as they are given, while somebody has the queue for a tenth of a second after the first of them. */
  async function sendLate(waits: readonly number[]) {
    const chat = await deliveries.connect();
    const { lease, send } = await leased(chat);
    const asked: (readonly Pace[])[] = [];
    let holding: Promise<unknown> = Promise.resolve();
    const hold = () =>
      new Promise<void>((locked) => {
        holding = chat.write(async ({ sql }) => {
          await sql`select 1 as locked from channels.delivery_queues where company_id = ${chat.companyId} for update`;
          locked();
          await sql`select pg_sleep(0.1) as slept`;
        });
      });
    const pacer = {
      async take(paces: readonly Pace[]): Promise<number> {
        if (asked.push(paces) === 1) await hold();
        return waits[asked.length - 1] ?? 0;
      },
    };
    const { database, senders, silent } = deliveries;
    const outcome = await sendPart(lease, send, {
      database,
      senders,
      pacer,
      breaker: createCircuitBreaker(),
      stopping: new AbortController().signal,
    });
    await holding;
    return { asked, outcome, wentOut: silent.sent.some(({ options }) => options.reference === send.messageId) };
  }

  it('takes a new place where others had theirs meanwhile, and keeps that of a slow pace', async () => {
    const { asked, outcome, wentOut } = await sendLate([0, 0]);
    expect(asked).toEqual([[account, person], [account]]);
    expect(outcome).toMatchObject({ kind: 'sent' });
    expect(wentOut).toBe(true);
  });

  it('is held back when there is none for a while', async () => {
    const { outcome, wentOut } = await sendLate([0, 60_000]);
    expect(outcome).toEqual({ kind: 'heldBack', waitMs: 60_000 });
    expect(wentOut).toBe(false);
  });
});
