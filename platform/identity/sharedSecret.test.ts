import { describe, expect, test } from '@jest/globals';
import { SignJWT, jwtVerify } from 'jose';
import { createSharedSecret } from './sharedSecret.ts';

const secret = 'a secret that is long enough for HS256';
const key = new TextEncoder().encode(secret);
const shared = createSharedSecret(secret);
const demands = { audience: 'here', requiredClaims: ['exp'] };
const inAMinute = Math.floor(Date.now() / 1_000) + 60;
const claims = { name: 'Ada Łovelace', aud: 'here', exp: inAMinute };

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe('a token of who knows the secret', () => {
  test('is the one that everybody else makes and reads', async () => {
    const { payload } = await jwtVerify(shared.sign(claims), key, { ...demands, algorithms: ['HS256'] });
    expect(payload).toEqual(claims);
    const foreign = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(key);
    expect(shared.verify(foreign, demands)).toEqual(claims);
  });

  test.each(['HS384', 'HS512'])('is refused when it was signed by %s', async (alg) => {
    const token = await new SignJWT(claims).setProtectedHeader({ alg }).sign(new Uint8Array([...key, ...key]));
    expect(() => createSharedSecret(secret + secret).verify(token, demands)).toThrow('HS256');
  });

  const token = shared.sign(claims);
  const [header = '', payload = '', signature = ''] = token.split('.');
  test.each([
    ['another claim', [header, encode({ ...claims, name: 'Eve' }), signature]],
    ['another header', [encode({ alg: 'HS256', typ: 'JWT' }), payload, signature]],
    ['no signature', [header, payload, '']],
    ['half of the signature', [header, payload, signature.slice(0, 20)]],
    ['more than the signature', [header, payload, `${signature}A`]],
    ['the signature in another spelling', [header, payload, `${signature}=`]],
    ['a part too few', [header, signature]],
    ['a part too many', [header, payload, '', signature]],
    ['no claims', [header, '', signature]],
    ['a header that is none', ['x', payload, signature]],
    ['an algorithm that signs nothing', [encode({ alg: 'none' }), payload, '']],
  ])('is refused with %s', (_, parts) => {
    expect(() => shared.verify(parts.join('.'), demands)).toThrow(Error);
  });

  test('is refused when it demands what nobody here understands', async () => {
    const asking = { alg: 'HS256', crit: ['exp'], exp: 1 };
    const signed = await new SignJWT(claims).setProtectedHeader(asking).sign(key, { crit: { exp: true } });
    expect(() => shared.verify(signed, demands)).toThrow('not a plain token');
  });

  test.each([
    ['for somebody else', { ...claims, aud: 'there' }],
    ['over', { ...claims, exp: inAMinute - 120 }],
    ['without an end', { aud: 'here' }],
    ['not yet to be used', { ...claims, nbf: inAMinute }],
  ])('is refused when it is %s', (_, others) => {
    expect(() => shared.verify(shared.sign(others), demands)).toThrow(Error);
  });
});
