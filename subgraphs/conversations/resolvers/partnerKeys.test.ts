import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { connectNats } from '#platform/events/nats.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { createPartnerKey, readPartnerKey } from '#platform/identity/partnerKeys.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { partnersSubject } from '#schema/events/signals.ts';
import { partnerPaths, partnerScopes } from '#schema/partners.ts';
import { eventually } from '#test/stack/eventually.ts';
import { openGraph, type TwoCompanies } from '../testing/graph.ts';

interface Key {
  readonly id: string;
  readonly [field: string]: unknown;
}
interface Issued {
  readonly key: Key | null;
  readonly secret: string | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
}

const keyFields = `id partner name hint scopes requestsPerMinute costPerMinute expiresAt revokedAt lastUsedAt replacedById`;
const payload = `key { ${keyFields} } secret userErrors { code field }`;
const issueText = `mutation ($input: IssuePartnerKeyInput!) { done: issuePartnerKey(input: $input) { ${payload} } }`;
const rotateText = `mutation ($input: RotatePartnerKeyInput!) { done: rotatePartnerKey(input: $input) { ${payload} } }`;
const revokeText = `mutation ($input: RevokePartnerKeyInput!) {
  done: revokePartnerKey(input: $input) { key { ${keyFields} } userErrors { code field } } }`;

describe('keys of partners', () => {
  let graph: TwoCompanies;
  let admin: Identity;

  beforeAll(async () => {
    graph = await openGraph();
    admin = graph.acme.admin;
  });
  beforeEach(() => graph.rows('delete from conversations.partner_keys'));
  afterAll(() => graph.close());

  const run = async (text: string, input: object, as = admin) => {
    const { data, errors } = await graph.ask<{ done: Issued }>(as, text, { input });
    expect(errors).toBeUndefined();
    return data.done;
  };
  const terms = { partner: 'zenith-crm', name: 'production', scopes: ['conversations:read'] };
  const issue = (input = {}, as = admin) => run(issueText, { ...terms, ...input }, as);
  const rotate = (keyId: unknown, input = {}, as = admin) => run(rotateText, { keyId, ...input }, as);
  const revoke = (keyId: unknown, as = admin) => run(revokeText, { keyId }, as);
  const list = async (as = admin, filter = '') => {
    const { data } = await graph.ask<{ partnerKeys: { edges: { node: Key }[] } }>(
      as,
      `{ partnerKeys${filter} { edges { node { ${keyFields} } } } }`,
    );
    return data.partnerKeys.edges.map(({ node }) => node);
  };

  const service: () => Identity = () => ({
    kind: 'service',
    companyId: graph.acme.companyId,
    service: 'router',
    scopes: [],
  });
  const check = (text: string | null, as: Identity | null = service(), changed = {}) => {
    const { keyId, hash } = readPartnerKey(text ?? '') ?? { keyId: v7(), hash: 'none' };
    return graph.post(as, partnerPaths.key, { keyId, hash, ...changed });
  };

  test('are shown when they are issued, and never again', async () => {
    const { key, secret } = await issue();
    expect(secret).toMatch(/^swk_/);
    expect(key).toEqual({
      id: expect.any(String),
      ...terms,
      hint: secret?.slice(-4),
      requestsPerMinute: 600,
      costPerMinute: 60_000,
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: null,
      replacedById: null,
    });
    expect(await list()).toEqual([key]);
    const kept = JSON.stringify([
      await graph.rows('select * from conversations.partner_keys'),
      await graph.rows('select * from conversations.audit_entries'),
      await graph.rows('select * from conversations.outbox'),
    ]);
    expect(kept).toContain('zenith-crm');
    expect(kept).not.toContain(secret);
    expect(kept).not.toContain(secret?.slice(4, 40));
  });

  test('are good for what the router is told, while they are good', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const { secret } = await issue({ scopes: [...partnerScopes], requestsPerMinute: 7, costPerMinute: 8, expiresAt });
    expect(await check(secret)).toEqual({
      status: 200,
      body: { partner: 'zenith-crm', scopes: [...partnerScopes], requestsPerMinute: 7, costPerMinute: 8, expiresAt },
    });
  });

  test('are good for nothing once they are revoked or have ended', async () => {
    const [revoked, ended] = await Promise.all([issue(), issue()]);
    expect((await revoke(revoked.key?.id)).key).toMatchObject({ revokedAt: expect.any(String) });
    await graph.rows(
      `update conversations.partner_keys set expires_at = now() - make_interval(secs => 1) where id = $1`,
      [ended.key?.id],
    );
    for (const { secret } of [revoked, ended]) expect((await check(secret)).status).toBe(404);
  });

  test('are told apart from guesses: another secret, another id, another company, another form', async () => {
    const { secret, key } = await issue();
    const guess = createPartnerKey(graph.acme.companyId);
    expect((await check(guess.text)).status).toBe(404);
    expect((await check(guess.text, service(), { keyId: key?.id })).status).toBe(404);
    expect((await check(secret, { ...service(), companyId: graph.globex.companyId } as Identity)).status).toBe(404);
    expect((await check(secret, service(), { keyId: 'nonsense' })).status).toBe(400);
    expect((await check(secret, service(), { hash: 'f' })).status).toBe(400);
  });

  test('are nobody’s business but that of our own services', async () => {
    const { secret } = await issue();
    for (const as of [null, admin, graph.acme.partner]) expect((await check(secret, as)).status).toBe(401);
    expect((await graph.post(admin, partnerPaths.used, { used: [] })).status).toBe(401);
  });

  test('are rotated: the new one is good at once, the old one for a while', async () => {
    const old = await issue({ requestsPerMinute: 5 });
    const { key, secret } = await rotate(old.key?.id, { overlapHours: 2 });
    expect(key).toMatchObject({ ...terms, requestsPerMinute: 5, expiresAt: null });
    for (const text of [old.secret, secret]) expect((await check(text)).status).toBe(200);
    const [, replaced] = await list();
    expect(replaced).toMatchObject({ id: old.key?.id, replacedById: key?.id });
    const leftMs = new Date(String(replaced?.['expiresAt'])).getTime() - Date.now();
    expect(leftMs).toBeGreaterThan(2 * 3_600_000 - 60_000);
    expect(leftMs).toBeLessThanOrEqual(2 * 3_600_000);
  });

  test('are rotated without an overlap when there is to be none', async () => {
    const old = await issue();
    const { secret } = await rotate(old.key?.id, { overlapHours: 0 });
    expect((await check(old.secret)).status).toBe(404);
    expect((await check(secret)).status).toBe(200);
  });

  test('do not live longer by a rotation', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const old = await issue({ expiresAt });
    await rotate(old.key?.id);
    expect((await list()).map((key) => key['expiresAt'])).toEqual([expiresAt, expiresAt]);
  });

  test('are rotated once, also by two at once', async () => {
    const old = await issue();
    const both = await Promise.all([rotate(old.key?.id), rotate(old.key?.id)]);
    expect(both.flatMap(({ userErrors }) => userErrors)).toEqual([{ code: 'REPLACED', field: ['input', 'keyId'] }]);
    expect(await list()).toHaveLength(2);
  });

  test('stay revoked, and are not rotated any more', async () => {
    const { key } = await issue();
    const first = await revoke(key?.id);
    expect(await revoke(key?.id)).toEqual(first);
    expect((await rotate(key?.id)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  test.each([
    ['partner', 'Zenith', 'partner'],
    ['partner', '', 'partner'],
    ['partner', '-x', 'partner'],
    ['name', ' ', 'name'],
    ['scopes', [], 'scopes'],
    ['scopes', ['conversations:read', 'everything'], 'scopes'],
    ['requestsPerMinute', 0, 'requestsPerMinute'],
    ['costPerMinute', 10_000_001, 'costPerMinute'],
    ['expiresAt', '2020-01-01T00:00:00Z', 'expiresAt'],
  ])('are not issued with %s %j', async (field, value, at) => {
    expect(await issue({ [field]: value })).toEqual({
      key: null,
      secret: null,
      userErrors: [{ code: 'INVALID', field: ['input', at] }],
    });
    expect(await list()).toEqual([]);
  });

  test.each([-1, 721])('are not rotated with an overlap of %d hours', async (overlapHours) => {
    const { key } = await issue();
    expect((await rotate(key?.id, { overlapHours })).userErrors).toEqual([
      { code: 'INVALID', field: ['input', 'overlapHours'] },
    ]);
  });

  test('are no more than anybody can mean', async () => {
    await graph.rows(
      `insert into conversations.partner_keys (company_id, id, partner, name, hash, hint, scopes, requests_per_minute, cost_per_minute)
       select $1, gen_random_uuid(), 'many', 'n', 'h', 'h', '{}', 1, 1 from generate_series(1, 200)`,
      [graph.acme.companyId],
    );
    expect((await issue()).userErrors).toMatchObject([{ code: 'TOO_MANY' }]);
    expect((await issue({}, graph.globex.admin)).userErrors).toEqual([]);
  });

  test('are an administrator’s to manage, and of their own company', async () => {
    const { key } = await issue();
    const mutations = [
      [issueText, terms],
      [rotateText, { keyId: key?.id }],
      [revokeText, { keyId: key?.id }],
    ] as const;
    const allScopes = { ...graph.acme.partner, scopes: [...partnerScopes] } as Identity;
    for (const as of [graph.acme.ada, graph.acme.supervisor, allScopes]) {
      for (const [text, input] of mutations) {
        const { errors } = await graph.ask(as, text, { input });
        expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      }
      expect((await graph.ask(as, '{ partnerKeys { edges { node { id } } } }')).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
    }
    for (const id of [key?.id, v7(), 'nonsense']) {
      expect((await rotate(id, {}, graph.globex.admin)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
      expect((await revoke(id, graph.globex.admin)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    }
    expect(await list(graph.globex.admin)).toEqual([]);
    expect(await list()).toEqual([key]);
  });

  test('are listed of one partner, by pages, and audited', async () => {
    const { key } = await issue({ partner: 'other' });
    await issue();
    const { data } = await graph.ask<{ partnerKeys: { pageInfo: object } }>(
      admin,
      '{ partnerKeys(first: 1) { edges { node { partner } } pageInfo { hasNextPage } } }',
    );
    expect(data.partnerKeys.pageInfo).toEqual({ hasNextPage: true });
    expect(await list(admin, '(partner: "other")')).toEqual([key]);
    await revoke(key?.id);
    const audited = await graph.ask(
      admin,
      'query ($id: ID!) { auditLog(filter: { subjectId: $id }) { edges { node { action after } } } }',
      { id: key?.id },
    );
    expect(audited.data).toMatchObject({
      auditLog: {
        edges: [
          { node: { action: 'partnerKey.revoked' } },
          { node: { action: 'partnerKey.issued', after: { partner: 'other', scopes: ['conversations:read'] } } },
        ],
      },
    });
  });

  test('remember when they were used last, whatever order routers say it in', async () => {
    const { key } = await issue();
    const [early, late] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];
    for (const at of [early, late, early]) {
      expect(
        await graph.post(service(), partnerPaths.used, { used: [{ keyId: key?.id, at, calls: [] }] }),
      ).toMatchObject({
        status: 204,
      });
    }
    const stranger = { ...service(), companyId: graph.globex.companyId } as Identity;
    await graph.post(stranger, partnerPaths.used, {
      used: [{ keyId: key?.id, at: '2026-02-01T00:00:00.000Z', calls: [] }],
    });
    expect((await list())[0]).toMatchObject({ lastUsedAt: late });
  });

  test('that change are told to the routers at once, and refused changes are not', async () => {
    const nats = connectNats({ url: graph.natsUrl, name: 'test', logger, metrics: createMetrics({ service: 'test' }) });
    await nats.start();
    try {
      const heard: unknown[] = [];
      nats.connection.subscribe(partnersSubject(graph.acme.companyId), {
        callback: (_error, message) => void heard.push(message.json()),
      });
      await nats.connection.flush();
      const { key } = await issue();
      await issue({ partner: '' });
      await rotate(key?.id);
      await revoke(key?.id);
      await eventually(async () => expect(heard).toEqual([{ change: 'KEY' }, { change: 'KEY' }, { change: 'KEY' }]));
    } finally {
      await nats.stop();
    }
  });
});
