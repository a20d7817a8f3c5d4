import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readManifest } from '#schema/operations/manifest.ts';
import { eventually } from '#test/stack/eventually.ts';
import { demoCompany, runPlatform, type RunningPlatform } from './runningPlatform.ts';

// What each field of the graph tells whom is tried by the sweep, in `sweep/`. Here is what is around the graph.

describe('in production', () => {
  let platform: RunningPlatform;

  beforeAll(async () => {
    platform = await runPlatform({ production: true, overHttp: true });
  });
  afterAll(() => platform.stop());

  it.each([
    ['introspection', '{ __schema { types { name } } }'],
    ['the SDL of a subgraph', '{ _service { sdl } }'],
    ['entities', '{ _entities(representations: []) { __typename } }'],
  ])('a stranger does not get %s', async (_, query) => {
    const { data, errors } = await platform.ask(undefined, query);
    expect(data ?? null).toBeNull();
    expect(errors).toHaveLength(1);
  });

  it('a stranger cannot ask a subgraph directly', async () => {
    for (const service of [
      platform.platform.channels,
      platform.platform.conversations,
      platform.platform.knowledge,
      platform.platform.analytics,
    ]) {
      const response = await fetch(`${service.url()}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ _service { sdl } }' }),
      });
      expect(response.status).toBe(401);
    }
  });

  it('a partner’s key opens what is registered until it is revoked', async () => {
    const issue = async (slug: string) => {
      const { data } = await platform.ask<{ issuePartnerKey: { key: { id: string }; secret: string } }>(
        await platform.tokenOf(slug),
        `mutation { issuePartnerKey(input: { partner: "crm", name: "test", scopes: ["conversations:read", "contacts:read",
          "directory:read"] }) { key { id } secret } }`,
      );
      return data.issuePartnerKey;
    };
    const [acme, globex] = [await issue('acme'), await issue('globex')];
    const [operation] = readManifest().operations.filter(({ name }) => name === 'InboxFigures');
    const ask = async (key: string) => {
      const response = await fetch(`${platform.url}/operations/${operation?.id}`, {
        headers: { authorization: `Bearer ${key}` },
      });
      return { status: response.status, body: await response.json() };
    };
    for (const { secret } of [acme, globex]) {
      expect(await ask(secret)).toMatchObject({ status: 200, body: { data: { inboxCounts: { open: 0 } } } });
    }
    expect((await platform.ask(acme.secret, '{ inboxCounts { open } }')).errors).toMatchObject([
      { extensions: { code: 'QUERY_NOT_IN_SAFELIST' } },
    ]);
    await platform.ask(
      await platform.tokenOf('acme'),
      `mutation { revokePartnerKey(input: { keyId: "${acme.key.id}" }) { userErrors { code } } }`,
    );
    await eventually(async () => expect((await ask(acme.secret)).status).toBe(401));
    expect((await ask(globex.secret)).status).toBe(200);
  });

  it('another company is told that a bot is connected already, and nothing else of it', async () => {
    const botToken = `${demoCompany('acme').telegram.botId}:${'x'.repeat(35)}`;
    const { data } = await platform.ask(
      await platform.tokenOf('globex'),
      `mutation { connectChannel(input: { telegram: { botToken: "${botToken}" } }) { channel { id } identitySecret userErrors { code message } } }`,
    );
    expect(data).toEqual({
      connectChannel: {
        channel: null,
        identitySecret: null,
        userErrors: [{ code: 'ACCOUNT_TAKEN', message: expect.not.stringMatching(/acme/i) }],
      },
    });
  });
});
