import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '#platform/logging/logger.ts';
import { createKeyring } from '#platform/secrets/keyring.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { createChannel } from '../commands/createChannel.ts';
import { newTenant, openHarness, type Harness } from '../testing/harness.ts';
import { createResealer } from './createResealer.ts';

describe('a key that is changed', () => {
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let harness: Harness;
  const [acme, globex] = [newTenant(), newTenant()];

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgres(), testNats()]);
    const telegramApiUrl = 'http://telegram.invalid';
    harness = await openHarness({ adminUrl: postgres.adminUrl, natsUrl: natsServer.url, telegramApiUrl });
    await harness.seed(acme, globex);
  });

  afterAll(async () => {
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close()]);
  });

  const newKey = () => randomBytes(32).toString('base64');

  async function credentials({ company, channel }: typeof acme) {
    const [row] = await harness.channels.database.write(
      company.id,
      ({ sql }) => sql<{ accessToken: string | null; webhookSecret: string }>`
        select access_token as "accessToken", webhook_secret as "webhookSecret"
        from channels.channels where id = ${channel.id}`,
    );
    if (!row) throw new Error('there is no such channel');
    return row;
  }

  it('has everything sealed anew at the start of the service, so that the old key can go', async () => {
    const siteKey = { ...newTenant().channel, platform: 'WEB_CHAT', accessToken: null } as const;
    const { database, keyring } = harness.channels;
    await createChannel(database, keyring, { ...siteKey, companyId: acme.company.id });
    // `_` and `%` must not be read as a pattern.
    const keys = { k_: newKey(), ...harness.config.credentials.keys };
    const lines: string[] = [];
    const destination = new PassThrough().on('data', (line: Buffer) => lines.push(line.toString()));
    const logger = createLogger({ name: 'channels', level: 'info', destination });
    const rotated = createKeyring({ activeKeyId: 'k_', keys });
    const resealer = createResealer({ database, keyring: rotated, logger });
    await resealer.start();
    await eventually(() => expect(lines).toHaveLength(1));
    await resealer.stop();
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ resealed: 3, failed: 0 });
    const withoutOld = createKeyring({ activeKeyId: 'k_', keys: { k_: keys.k_ } });
    for (const tenant of [acme, globex]) {
      const { accessToken, webhookSecret } = await credentials(tenant);
      expect(withoutOld.open(accessToken ?? '', tenant.channel.id)).toBe(tenant.channel.accessToken);
      expect(withoutOld.open(webhookSecret, tenant.channel.id)).toBe(tenant.channel.webhookSecret);
    }
    expect(await credentials({ ...acme, channel: { ...acme.channel, id: siteKey.id } })).toMatchObject({
      accessToken: null,
      webhookSecret: expect.stringMatching(/^v1\.k_\./),
    });

    const before = await credentials(acme);
    const again = createResealer({ database, keyring: rotated, logger });
    await again.start();
    await again.stop();
    expect(await credentials(acme)).toEqual(before);
    expect(lines).toHaveLength(1);
    for (const { channel } of [acme, globex]) expect(lines.join('')).not.toContain(channel.accessToken);
  });

  it('leaves alone what no key opens, and seals the others', async () => {
    const tenant = newTenant();
    const lost = newTenant();
    await harness.seed(tenant, lost);
    const { database } = harness.channels;
    await database.write(
      lost.company.id,
      ({ sql }) => sql`
        update channels.channels set access_token = 'v1.lost.a.b.c', webhook_secret = 'v1.lost.a.b.c'
        where id = ${lost.channel.id}`,
    );
    const service = harness.open(
      {},
      { credentials: { activeKeyId: 'k2', keys: { k2: newKey(), ...harness.config.credentials.keys } } },
    );
    await service.start();
    await eventually(async () => expect((await credentials(tenant)).accessToken).toMatch(/^v1\.k2\./));
    await service.stop();
    expect(await credentials(lost)).toEqual({ accessToken: 'v1.lost.a.b.c', webhookSecret: 'v1.lost.a.b.c' });
  });
});
