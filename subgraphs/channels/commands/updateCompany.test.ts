import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { Identity, Role } from '#platform/identity/identity.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { newTenant, openHarness, type Harness, type Tenant } from '../testing/harness.ts';

const update = `mutation ($input: UpdateCompanyInput!) { updateCompany(input: $input) {
  company { timeZone version businessHours { week { day opensAt closesAt } holidays } } userErrors { code field } } }`;
const hours = {
  week: [
    { day: 'MONDAY', opensAt: '09:00', closesAt: '12:30' },
    { day: 'MONDAY', opensAt: '14:00', closesAt: '24:00' },
  ],
  holidays: ['2026-12-26', '2026-12-25', '2026-12-25'],
};
const kept = { ...hours, holidays: ['2026-12-25', '2026-12-26'] };

describe('a company’s clocks and hours', () => {
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let harness: Harness;
  let tenant: Tenant;

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgres(), testNats()]);
    const telegramApiUrl = 'http://telegram.invalid';
    harness = await openHarness({ adminUrl: postgres.adminUrl, natsUrl: natsServer.url, telegramApiUrl });
  });
  beforeEach(async () => {
    tenant = newTenant();
    await harness.seed(tenant);
  });
  afterAll(async () => {
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close()]);
  });

  const agent = (role: Role): Identity => ({
    kind: 'agent',
    companyId: tenant.company.id,
    agentId: v7(),
    role,
    scopes: [],
  });
  const change = async (input: object, identity = agent('ADMIN')) => harness.query(identity, update, { input });
  const changed = async (input: object) => (await change(input)).data?.['updateCompany'];
  const told = async () => harness.companyChanges(tenant.company.id);

  it('are changed by an admin, told to the other contexts and entered in the audit log', async () => {
    expect(await changed({ timeZone: 'Asia/Kolkata', businessHours: hours })).toEqual({
      company: { timeZone: 'Asia/Kolkata', version: 2, businessHours: kept },
      userErrors: [],
    });
    await eventually(async () =>
      expect((await told()).at(-1)).toMatchObject({
        data: {
          timeZone: 'Asia/Kolkata',
          businessHours: {
            week: [
              { day: 'MONDAY', from: 540, to: 750 },
              { day: 'MONDAY', from: 840, to: 1_440 },
            ],
          },
        },
      }),
    );
    const audited = (await harness.events(tenant.company.id)).filter(({ type }) => type === 'channel.audited');
    expect(audited).toMatchObject([
      { data: { subjectKind: 'company', action: 'company.updated', before: { timeZone: 'Europe/Berlin' } } },
    ]);
  });

  it('stay where nothing is said of them, and hours are taken away by null', async () => {
    await change({ businessHours: hours });
    expect(await changed({ timeZone: 'UTC' })).toMatchObject({ company: { timeZone: 'UTC', businessHours: kept } });
    expect(await changed({ businessHours: null })).toMatchObject({ company: { timeZone: 'UTC', businessHours: null } });
  });

  it('that are so already are not told again', async () => {
    expect(await changed({ timeZone: 'Europe/Berlin', businessHours: null })).toMatchObject({
      company: { version: 1 },
    });
    await change({ timeZone: 'UTC' });
    await eventually(async () => expect(await told()).toHaveLength(2));
  });

  it('are refused where they cannot be, and say which', async () => {
    const opening = { day: 'MONDAY', opensAt: '09:00', closesAt: '17:00' };
    const week = (more: object) => ({ businessHours: { week: [{ ...opening, ...more }] } });
    for (const [input, field] of [
      [{ timeZone: 'Europe/Atlantis' }, ['input', 'timeZone']],
      [week({ opensAt: '9:00' }), ['input', 'businessHours', 'week', '0', 'opensAt']],
      [week({ closesAt: '24:01' }), ['input', 'businessHours', 'week', '0', 'closesAt']],
      [week({ closesAt: '09:00' }), ['input', 'businessHours', 'week', '0', 'closesAt']],
      [{ businessHours: { week: Array.from({ length: 51 }, () => opening) } }, ['input', 'businessHours', 'week']],
      [{ businessHours: { week: [], holidays: ['2026-02-30'] } }, ['input', 'businessHours', 'holidays', '0']],
    ] as const) {
      expect(await changed(input)).toEqual({ company: null, userErrors: [{ code: 'INVALID', field }] });
    }
  });

  it('are changed once of two who saw the same', async () => {
    const zones = ['UTC', 'Asia/Tokyo'];
    const outcomes = await Promise.all(zones.map((timeZone) => changed({ timeZone, expectedVersion: 1 })));
    const codes = outcomes.flatMap((outcome) => (outcome as { userErrors: { code: string }[] }).userErrors);
    expect(codes).toMatchObject([{ code: 'CONFLICT' }]);
  });

  it('are not for agents, supervisors and other companies', async () => {
    for (const role of ['AGENT', 'SUPERVISOR'] as const) {
      expect((await change({ timeZone: 'UTC' }, agent(role))).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
    }
    const other = newTenant();
    await harness.seed(other);
    await change({ timeZone: 'UTC' }, { ...agent('ADMIN'), companyId: other.company.id });
    expect(await changed({})).toMatchObject({ company: { timeZone: 'Europe/Berlin' } });
  });
});
