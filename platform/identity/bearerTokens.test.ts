import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { SignJWT, UnsecuredJWT, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import { createBearerVerifier, signBearerToken } from './bearerTokens.ts';
import { IdentityConfigError } from './errors.ts';
import type { ClientIdentity } from './identity.ts';

const issuer = 'switchboard';
const audience = 'switchboard-graph';
const secret = 'a secret that is long enough for HS256';
const options = { secret, issuer, audience, expiresInSeconds: 60 };
const companyId = '01890a5d-ac96-774b-bcce-b302099a8057';
const agentId = '01890a5d-ac96-774b-bcce-b302099a8058';
const agent: ClientIdentity = {
  kind: 'agent',
  companyId,
  agentId,
  role: 'SUPERVISOR',
  scopes: ['inbox:read', 'inbox:write'],
};
const partner: ClientIdentity = { kind: 'partner', companyId, partner: 'crm', scopes: [] };
const visitor: ClientIdentity = {
  kind: 'visitor',
  companyId,
  channelId: '01890a5d-ac96-774b-bcce-b302099a8059',
  visitorId: '01890a5d-ac96-774b-bcce-b302099a805a',
  origin: 'https://shop.example',
  scopes: [],
};
const key = new TextEncoder().encode(secret);
const verify = createBearerVerifier({ secret, issuer, audience });

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  jest.useRealTimers();
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A token like ours but for the given claims. */
function forge(claims: Record<string, unknown>, header = { alg: 'HS256' }) {
  const iat = Math.floor(Date.now() / 1_000);
  const payload = { sub: agentId, company: companyId, kind: 'agent', role: 'AGENT', scope: '', iat, exp: iat + 60 };
  return new SignJWT({ ...payload, iss: issuer, aud: audience, ...claims }).setProtectedHeader(header);
}

describe('bearer tokens with a shared secret', () => {
  test.each([agent, partner, visitor])('say who asks: $kind', async (identity) => {
    const before = Date.now();
    const { issuedAt, expiresAt, ...verified } = await verify(await signBearerToken(identity, options));

    expect(verified).toEqual(identity);
    expect(issuedAt.getTime()).toBeGreaterThan(before - 1_000);
    expect(issuedAt.getTime()).toBeLessThanOrEqual(Date.now());
    expect(expiresAt.getTime()).toBeGreaterThan(before + 58_000);
    expect(expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  test.each([
    ['another issuer', { iss: 'somebody' }],
    ['another audience', { aud: 'switchboard-subgraph' }],
    ['no end', { exp: undefined }],
    ['no subject', { sub: undefined }],
    ['no company', { company: undefined }],
    ['a company that is no id', { company: "' or 1=1" }],
    ['an agent that is no id', { sub: 'anna' }],
    ['a role nobody has', { role: 'OWNER' }],
    ['the kind of our own services', { kind: 'service' }],
    ['a visitor of no web chat', { kind: 'visitor', origin: 'https://shop.example' }],
    ['a visitor of no page', { kind: 'visitor', channel: companyId }],
    ['a visitor that is no id', { kind: 'visitor', channel: companyId, origin: 'https://shop.example', sub: 'anna' }],
    ['a time in which it begins that is still to come', { nbf: Math.floor(Date.now() / 1_000) + 60 }],
  ])('are refused with %s', async (_what, claims) => {
    const token = await forge(claims).sign(key);

    await expect(verify(token)).rejects.toMatchObject({ name: 'IdentityError', code: 'UNAUTHENTICATED' });
  });

  test('that do not say when they were issued count as ones of old', async () => {
    const token = await forge({ iat: undefined }).sign(key);

    expect((await verify(token)).issuedAt).toEqual(new Date(0));
  });

  test('are believed without another look, and no longer than they last', async () => {
    const token = await forge({}).sign(key);
    const found = await verify(token);
    await expect(verify(token)).resolves.toBe(found);
    // The clock on the wall alone: the cache goes by another.
    jest.useFakeTimers({
      now: found.expiresAt.getTime() + 6_000,
      doNotFake: ['performance', 'nextTick', 'queueMicrotask', 'setTimeout'],
    });
    await expect(verify(token)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/expired/),
    });
  });

  test('say nothing that only the router says to subgraphs', async () => {
    expect(await verify(await forge({ forAll: true }).sign(key))).not.toHaveProperty('forAll');
  });

  test('are refused when they have expired, and say so', async () => {
    const token = await forge({ exp: Math.floor(Date.now() / 1_000) - 10 }).sign(key);

    await expect(verify(token)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/expired/),
    });
  });

  test('still say who somebody was after their end, where that is asked', async () => {
    const recall = createBearerVerifier({ secret, issuer, audience, acceptExpired: true });
    const expired = { exp: Math.floor(Date.now() / 1_000) - 10_000 };

    await expect(recall(await forge(expired).sign(key))).resolves.toMatchObject({ agentId });
    for (const wrong of [{ iss: 'somebody' }, { aud: 'other' }, { exp: undefined }]) {
      await expect(recall(await forge({ ...expired, ...wrong }).sign(key))).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    }
    const foreign = new TextEncoder().encode('another secret of sufficient length');
    await expect(recall(await forge(expired).sign(foreign))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('are refused when somebody else signed them', async () => {
    const token = await forge({}).sign(new TextEncoder().encode('another secret of sufficient length'));

    await expect(verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('are refused when nobody signed them', async () => {
    const token = new UnsecuredJWT({ sub: agentId, company: companyId, kind: 'agent', role: 'ADMIN' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setExpirationTime('1m')
      .encode();

    await expect(verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test.each(['', 'x', 'a.b.c', '..', 'eyJhbGciOiJIUzI1NiJ9..', '\u0000'])(
    'are refused when they are %j',
    async (token) => {
      await expect(verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    },
  );

  test('cannot be checked without any key', () => {
    expect(() => createBearerVerifier({ issuer, audience })).toThrow(IdentityConfigError);
  });
});

describe('bearer tokens of an identity provider', () => {
  async function startProvider() {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256' }] };
    let status = 200;
    let requests = 0;
    const server = createServer((_request, response) => {
      requests++;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(keys));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(
      () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    const jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    return { ...pair, jwksUrl, requests: () => requests, answerWith: (code: number) => (status = code) };
  }

  test('are checked with its keys, which are read once', async () => {
    const provider = await startProvider();
    const check = createBearerVerifier({ jwksUrl: provider.jwksUrl, issuer, audience });
    const token = await forge({}, { alg: 'ES256', kid: 'k1' } as { alg: string }).sign(provider.privateKey);

    await expect(check(token)).resolves.toMatchObject({ kind: 'agent', agentId });
    await expect(check(token)).resolves.toMatchObject({ companyId });
    expect(provider.requests()).toBe(1);
  });

  test('are refused when their key is not among them', async () => {
    const provider = await startProvider();
    const stranger = await generateKeyPair('ES256');
    const check = createBearerVerifier({ jwksUrl: provider.jwksUrl, issuer, audience });
    for (const kid of ['k1', 'k2']) {
      const token = await forge({}, { alg: 'ES256', kid } as { alg: string }).sign(stranger.privateKey);
      await expect(check(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  test('are refused when the public key was used as a shared secret', async () => {
    const provider = await startProvider();
    const check = createBearerVerifier({ jwksUrl: provider.jwksUrl, issuer, audience });
    const publicKey = new TextEncoder().encode(await exportSPKI(provider.publicKey));

    await expect(check(await forge({}).sign(publicKey))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('are not called wrong when the provider does not answer', async () => {
    const provider = await startProvider();
    provider.answerWith(500);
    const check = createBearerVerifier({ jwksUrl: provider.jwksUrl, issuer, audience });
    const token = await forge({}, { alg: 'ES256', kid: 'k1' } as { alg: string }).sign(provider.privateKey);

    await expect(check(token)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    provider.answerWith(200);
    await expect(check(token)).resolves.toMatchObject({ agentId });
  });

  test('stand beside those with a shared secret', async () => {
    const provider = await startProvider();
    const check = createBearerVerifier({ secret, jwksUrl: provider.jwksUrl, issuer, audience });

    await expect(check(await forge({}).sign(key))).resolves.toMatchObject({ agentId });
    expect(provider.requests()).toBe(0);
  });
});
