import { afterEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { signBearerToken } from './bearerTokens.ts';
import type { Identity } from './identity.ts';
import { createIdentitySigner, createIdentityVerifier } from './signedIdentity.ts';

const secret = 'a secret that is long enough for HS256';
const companyId = '01890a5d-ac96-774b-bcce-b302099a8057';
const agentId = '01890a5d-ac96-774b-bcce-b302099a8058';
const agent: Identity = { kind: 'agent', companyId, agentId, role: 'AGENT', scopes: ['inbox:read'] };

afterEach(() => {
  jest.useRealTimers();
});

/** Fakes Date alone: the caches go by the monotonic clock, which must not be what lets an old value in. */
function passTime(ms: number) {
  jest.useFakeTimers({ now: Date.now() + ms, doNotFake: ['performance', 'nextTick', 'queueMicrotask', 'setTimeout'] });
}

describe('a signed identity', () => {
  test('comes out as it went in, whoever it is', async () => {
    const sign = createIdentitySigner(secret);
    const verify = createIdentityVerifier(secret);
    const scopes = fc.array(fc.string({ minLength: 1 }), { maxLength: 4 });
    const identities: fc.Arbitrary<Identity> = fc.oneof(
      fc.record({
        kind: fc.constant('agent' as const),
        companyId: fc.uuid(),
        agentId: fc.uuid(),
        role: fc.constantFrom('AGENT' as const, 'SUPERVISOR' as const, 'ADMIN' as const),
        scopes,
      }),
      fc.record({
        kind: fc.constant('partner' as const),
        companyId: fc.uuid(),
        partner: fc.string({ minLength: 1 }),
        scopes,
      }),
      fc.record({
        kind: fc.constant('service' as const),
        companyId: fc.uuid(),
        service: fc.string({ minLength: 1 }),
        scopes,
      }),
    );
    await fc.assert(
      fc.asyncProperty(identities, async (identity) => {
        const header = await sign(identity);
        expect(await verify(header)).toEqual(identity);
        expect(await verify(header)).toEqual(identity);
      }),
    );
  });

  test('fits into a header', async () => {
    await expect(createIdentitySigner(secret)(agent)).resolves.toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  test('is signed once for many requests, and once for each identity', async () => {
    const sign = createIdentitySigner(secret);
    const first = await sign(agent);

    await expect(sign({ ...agent })).resolves.toBe(first);
    await expect(sign({ ...agent, role: 'ADMIN' })).resolves.not.toBe(first);
    await expect(sign({ ...agent, scopes: [] })).resolves.not.toBe(first);
  });

  test('is refused after its minute', async () => {
    const header = await createIdentitySigner(secret)(agent);
    passTime(66_000);

    await expect(createIdentityVerifier(secret)(header)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('is refused when it is missing, nonsense, tampered with or signed by another', async () => {
    const verify = createIdentityVerifier(secret);
    const header = await createIdentitySigner(secret)(agent);
    const [head, , signature] = header.split('.');
    const admin = Buffer.from(JSON.stringify({ identity: { ...agent, role: 'ADMIN' } })).toString('base64url');
    const foreign = await createIdentitySigner('another secret of sufficient length')(agent);

    for (const value of [undefined, '', 'x', `${head}.${admin}.${signature}`, foreign]) {
      await expect(verify(value)).rejects.toMatchObject({ name: 'IdentityError', code: 'UNAUTHENTICATED' });
    }
  });

  test('cannot be replaced by a bearer token, even under one secret', async () => {
    const token = await signBearerToken(agent, {
      secret,
      issuer: 'switchboard',
      audience: 'switchboard-graph',
      expiresInSeconds: 60,
    });

    await expect(createIdentityVerifier(secret)(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
