import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { createForgetting } from './forgetting.ts';
import { newTenant, openHarness, type Harness } from './testing/harness.ts';

describe('what was kept to know repetitions', () => {
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let harness: Harness;

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgres(), testNats()]);
    const telegramApiUrl = 'http://telegram.invalid';
    harness = await openHarness({ adminUrl: postgres.adminUrl, natsUrl: natsServer.url, telegramApiUrl });
  });

  afterAll(async () => {
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close()]);
  });

  it('is forgotten after a month, of every company, but for deliveries that may be tried again', async () => {
    const { database } = harness.channels;
    const tenants = [newTenant(), newTenant()];
    await harness.seed(...tenants);
    for (const { company, channel } of tenants) {
      await database.write(company.id, async ({ sql }) => {
        for (const days of [1, 34, 36, 400]) {
          await sql`
            insert into channels.received_messages (company_id, channel_id, external_id, received_at)
            values (${company.id}, ${channel.id}, ${`${String(days)} days`}, now() - ${days} * interval '1 day')`;
          await sql`
            insert into channels.early_receipts (company_id, channel_id, external_id, status, at, received_at)
            values (${company.id}, ${channel.id}, ${`${String(days)} days`}, 'READ', now(), now() - ${days} * interval '1 day')`;
          await sql`
            insert into channels.revisions (company_id, id, message_id, channel_id, conversation_id, thread_external_id,
              kind, status, created_at, updated_at)
            select ${company.id}, id, id, ${channel.id}, id, 't', 'DELETE', status, now(), now() - ${days} * interval '1 day'
            from (values (gen_random_uuid(), 'DONE'), (gen_random_uuid(), 'WAITING')) as one (id, status)`;
          for (const status of ['SENT', 'FAILED']) {
            const messageId = v7();
            await sql`
              insert into channels.deliveries
                (company_id, message_id, channel_id, thread_external_id, status, updated_at, external_message_id)
              values (${company.id}, ${messageId}, ${channel.id}, ${'t'}, ${status},
                now() - ${days} * interval '1 day', ${`${String(days)} days`})`;
            await sql`
              insert into channels.delivery_parts
                (company_id, message_id, part, channel_id, thread_external_id, status, sent_at)
              values (${company.id}, ${messageId}, 0, ${channel.id}, ${'t'}, ${status}, now())`;
          }
        }
      });
    }

    const forgetting = createForgetting({ database, logger, metrics: createMetrics({ service: 'test' }) });
    await forgetting.start();
    for (const { company } of tenants) {
      await eventually(async () => {
        const left = await database.write(company.id, async ({ sql }) => ({
          received: await sql`select external_id as id from channels.received_messages order by received_at desc`,
          early: await sql`select external_id as id from channels.early_receipts order by received_at desc`,
          sent: await sql`select external_message_id as id from channels.deliveries where status = 'SENT' order by updated_at desc`,
          failed: await sql`select count(*)::int as count from channels.deliveries where status = 'FAILED'`,
          parts: await sql`select count(*)::int as count from channels.delivery_parts`,
          revisions: await sql`
            select status, count(*)::int as count from channels.revisions group by status order by status`,
        }));
        const recent = [{ id: '1 days' }, { id: '34 days' }];
        expect(left).toEqual({
          received: recent,
          early: recent,
          sent: recent,
          failed: [{ count: 4 }],
          parts: [{ count: 6 }],
          revisions: [
            { status: 'DONE', count: 2 },
            { status: 'WAITING', count: 4 },
          ],
        });
      });
    }
    await forgetting.stop();
  });
});
