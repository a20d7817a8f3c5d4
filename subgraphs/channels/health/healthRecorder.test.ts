import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { testNats, testPostgres, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { newTenant, openHarness, type Harness } from '../testing/harness.ts';
import { createHealthRecorder, type HealthFacts } from './healthRecorder.ts';

describe('the health of a channel', () => {
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let harness: Harness;
  const tenant = newTenant();

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgres(), testNats()]);
    const telegramApiUrl = 'http://telegram.invalid';
    harness = await openHarness({ adminUrl: postgres.adminUrl, natsUrl: natsServer.url, telegramApiUrl });
    await harness.seed(tenant);
  });

  afterAll(async () => {
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close()]);
  });

  /** Notes in turn, each written down before the next, and what is shown then. */
  async function shownAfter(...notes: readonly HealthFacts[]) {
    for (const facts of notes) {
      const recorder = createHealthRecorder({ database: harness.channels.database, logger });
      recorder.note(tenant.company.id, tenant.channel.id, facts);
      await recorder.stop();
    }
    const identity = { kind: 'service', companyId: tenant.company.id, service: 'test', scopes: [] } as const;
    const { data } = await harness.query(identity, '{ channels { health { lastDeliveryAt lastError } } }');
    return data?.['channels'];
  }

  it('shows the last error until something succeeds', async () => {
    const [at, later] = [new Date('2026-03-01T09:30:00Z'), new Date('2026-03-01T09:31:00Z')];
    const failed = { lastError: 'PLATFORM_UNAVAILABLE: no answer' };
    expect(await shownAfter({ lastDeliveryAt: at, lastError: null }, failed)).toEqual([
      { health: { lastDeliveryAt: at.toISOString(), ...failed } },
    ]);
    // That somebody wrote says nothing of what was sent.
    expect(await shownAfter({ lastEventAt: later })).toEqual([
      { health: { lastDeliveryAt: at.toISOString(), ...failed } },
    ]);
    expect(await shownAfter({ lastDeliveryAt: later, lastError: null })).toEqual([
      { health: { lastDeliveryAt: later.toISOString(), lastError: null } },
    ]);
  });

  it('counts what has no outcome yet as pending', async () => {
    const { company, channel } = tenant;
    await harness.channels.database.write(
      company.id,
      ({ sql }) => sql`
        insert into channels.deliveries (company_id, message_id, channel_id, conversation_id, status)
        select ${company.id}, gen_random_uuid(), ${channel.id}, gen_random_uuid(), status
        from unnest(array['WAITING', 'SENDING', 'SENT', 'READ', 'FAILED']) as status`,
    );
    const identity = { kind: 'service', companyId: company.id, service: 'test', scopes: [] } as const;
    const answer = await harness.query(identity, '{ channels { health { pendingDeliveries } } }');
    expect(answer.data).toEqual({ channels: [{ health: { pendingDeliveries: 2 } }] });
  });
});
