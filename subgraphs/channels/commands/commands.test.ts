import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { companyBySlug } from '../queries/companyBySlug.ts';
import { webhookSecret } from '../queries/webhookSecret.ts';
import { seedChannels } from '../seed.ts';
import { newTenant, openHarness, type Harness } from '../testing/harness.ts';
import { createChannel } from './createChannel.ts';
import { createCompany } from './createCompany.ts';

describe('connecting companies and channels', () => {
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

  it('can be repeated by the seed, and changes nothing the second time', async () => {
    const tenant = newTenant();
    await harness.seed(tenant);
    await harness.seed(tenant, newTenant());
    const { database, keyring } = harness.channels;
    expect(await webhookSecret(database, keyring, tenant.channel.id)).toBe(tenant.channel.webhookSecret);
  });

  it('needs no second connection for the seed', async () => {
    const small = harness.open({ max: 1 });
    await small.database.start();
    const tenant = newTenant();
    await seedChannels(small.database, small.keyring, [tenant.seed()]);
    expect(await webhookSecret(small.database, small.keyring, tenant.channel.id)).toBe(tenant.channel.webhookSecret);
    await small.database.stop();
  });

  it('gives operators a company by its slug and a channel’s webhook secret', async () => {
    const { database, keyring } = harness.channels;
    const tenant = newTenant('initech');
    await harness.seed(tenant);
    expect(await companyBySlug(database, 'initech')).toMatchObject(tenant.company);
    expect(await companyBySlug(database, 'nobody')).toBeUndefined();
    expect(await webhookSecret(database, keyring, v7())).toBeUndefined();
  });

  it('keeps tokens and secrets sealed, each for its own channel', async () => {
    const tenant = newTenant();
    await harness.seed(tenant);
    const { database, keyring } = harness.channels;
    const [row] = await database.write(
      tenant.company.id,
      ({ sql }) => sql<{ accessToken: string; webhookSecret: string }>`
        select access_token as "accessToken", webhook_secret as "webhookSecret"
        from channels.channels where id = ${tenant.channel.id}`,
    );
    expect(JSON.stringify(row)).not.toContain(tenant.channel.accessToken);
    expect(JSON.stringify(row)).not.toContain(tenant.channel.webhookSecret);
    expect(keyring.open(row?.accessToken ?? '', tenant.channel.id)).toBe(tenant.channel.accessToken);
    expect(() => keyring.open(row?.accessToken ?? '', v7())).toThrow('does not open');
  });

  it('connects an account to one company only, and a slug to one', async () => {
    const [first, second] = [newTenant(), newTenant()];
    await harness.seed(first, second);
    const { database, keyring } = harness.channels;
    const again = { ...first.channel, id: v7(), companyId: second.company.id };
    await expect(createChannel(database, keyring, again)).rejects.toMatchObject({ code: 'ACCOUNT_TAKEN' });
    const company = { ...second.company, id: v7() };
    await expect(createCompany(database, company)).rejects.toMatchObject({ code: 'SLUG_TAKEN' });
  });

  it('tells the other contexts where a company is', async () => {
    const { company } = newTenant();
    await createCompany(harness.channels.database, company);
    await eventually(async () =>
      expect(await harness.companyChanges(company.id)).toMatchObject([
        {
          data: { name: company.name, timeZone: 'Europe/Berlin', businessHours: null },
        },
      ]),
    );
  });

  it('refuses a time zone that does not exist', async () => {
    const { company } = newTenant();
    const creating = createCompany(harness.channels.database, { ...company, timeZone: 'Europe/Atlantis' });
    await expect(creating).rejects.toMatchObject({ code: 'BAD_TIME_ZONE' });
  });
});
