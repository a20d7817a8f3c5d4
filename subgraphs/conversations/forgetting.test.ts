import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import { createForgetting } from './forgetting.ts';
import { openInbox, write, type TestCompany, type TestInbox } from './testing/inbox.ts';

describe('what agents keep for a while only', () => {
  let inbox: TestInbox;
  let companies: readonly TestCompany[];

  beforeAll(async () => {
    inbox = await openInbox();
    companies = [await inbox.addCompany(), await inbox.addCompany()];
  });
  afterAll(() => inbox.close());

  async function forget(): Promise<{ stop: () => Promise<void> }> {
    const { database } = inbox;
    const forgetting = createForgetting({ database, logger, metrics: createMetrics({ service: 'test' }) });
    await forgetting.start();
    return forgetting;
  }

  test('are notifications: after 90 days they are forgotten, in all companies, and counted no more', async () => {
    for (const company of companies) {
      const conversationId = await write(inbox, company);
      // More than one batch is too old.
      await inbox.rows(
        `insert into conversations.notifications
           (company_id, agent_id, kind, fact_id, conversation_id, actor_kind, created_at)
         select $1, $2, 'NEW_MESSAGE', gen_random_uuid(), $3, 'system', now() - make_interval(days => days)
         from unnest(array_fill(91, array[2500]) || array[89, 1]) days`,
        [company.companyId, company.ada.agentId, conversationId],
      );
    }
    const forgetting = await forget();
    await eventually(async () => {
      const left = await inbox.rows<{ days: number; unread: number }>(
        `select extract(day from now() - n.created_at)::int as days, k.unread_count as unread
         from conversations.notifications n join conversations.notification_counters k using (company_id, agent_id)
         order by days`,
      );
      expect(left).toEqual([1, 1, 89, 89].map((days) => ({ days, unread: 2 })));
    });
    await forgetting.stop();
  });

  test('are drafts that nobody went on with, and after a week that there was one', async () => {
    for (const company of companies) {
      for (const days of [1, 6, 8, 89, 91]) {
        const conversationId = await write(inbox, company, { from: `of ${days} days` });
        await inbox.rows(
          `insert into conversations.drafts (company_id, conversation_id, agent_id, kind, id, content, revision, updated_at)
           select $1, $2, $3, kind, gen_random_uuid(), content, 1, now() - make_interval(days => $4)
           from (values ('REPLY', '{"text":"Hello"}'::jsonb), ('NOTE', null)) d (kind, content)`,
          [company.companyId, conversationId, company.ada.agentId, days],
        );
      }
    }
    const forgetting = await forget();
    await eventually(async () => {
      const left = await inbox.rows<{ kind: string; days: number }>(
        `select kind, extract(day from now() - updated_at)::int as days from conversations.drafts
         where company_id = $1 order by kind, days`,
        [companies[1]?.companyId],
      );
      expect(left).toEqual([
        ...[1, 6].map((days) => ({ kind: 'NOTE', days })),
        ...[1, 6, 8, 89].map((days) => ({ kind: 'REPLY', days })),
      ]);
    });
    await forgetting.stop();
  });
});
