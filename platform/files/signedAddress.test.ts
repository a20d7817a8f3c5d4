import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createFileSigner } from './signedAddress.ts';

const secret = 'a secret for files that is long enough';
const baseUrl = 'https://inbox.example.com';
const signer = createFileSigner({ secret, baseUrl });
const key = '0198c0de-0000-7000-8000-000000000001/0198c0de-0000-7000-8000-000000000002';

function taken(address: string): { path: string; query: Record<string, string> } {
  const { pathname, searchParams } = new URL(address);
  return { path: pathname.replace('/files/', ''), query: Object.fromEntries(searchParams) };
}

describe('a signed address', () => {
  it('is below the base, and good for an hour at least', () => {
    const address = signer.sign(key);
    expect(address.startsWith(`${baseUrl}/files/${key}?expires=`)).toBe(true);
    const { path, query } = taken(address);
    const verdict = signer.verify(path, query);
    expect(verdict).toMatchObject({ kind: 'good' });
    const leftMs = verdict.kind === 'good' ? verdict.expiresAt.getTime() - Date.now() : 0;
    expect(leftMs).toBeGreaterThan(59 * 60_000);
    expect(leftMs).toBeLessThanOrEqual(70 * 60_000);
  });

  it('ends with a multiple of ten minutes, so that those made one after another are the same', () => {
    expect(Number(taken(signer.sign(key)).query['expires']) % 600).toBe(0);
  });

  it('is good until the time that was asked for, and expired after it', () => {
    const soon = new Date(Date.now() + 60_000);
    expect(signer.verify(key, taken(signer.sign(key, soon)).query)).toMatchObject({ kind: 'good' });
    const past = new Date(Date.now() - 1_000);
    expect(signer.verify(key, taken(signer.sign(key, past)).query)).toEqual({ kind: 'expired' });
  });

  it('is good for its own file only, and of its own secret only', () => {
    const { query } = taken(signer.sign(key));
    expect(signer.verify(`${key}0`, query)).toEqual({ kind: 'forged' });
    const other = createFileSigner({ secret: `${secret}!`, baseUrl });
    expect(other.verify(key, query)).toEqual({ kind: 'forged' });
  });

  it.each([
    [{}],
    [{ expires: '99999999999' }],
    [{ signature: 'abc' }],
    [{ expires: ['99999999999'], signature: ['abc'] }],
    [{ expires: '', signature: '' }],
    [{ expires: 'Infinity', signature: 'ä' }],
  ])('is not %j', (query) => {
    expect(signer.verify(key, query)).toEqual({ kind: 'forged' });
  });

  it('does not survive any change', () => {
    const { query } = taken(signer.sign(key));
    const whole = `${String(query['expires'])}|${String(query['signature'])}`;
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.constantFrom('0', 'A', 'a', '-'), (at, letter) => {
        const [expires, signature] = (whole.slice(0, at) + letter + whole.slice(at + 1)).split('|');
        const same = expires === query['expires'] && signature === query['signature'];
        expect(signer.verify(key, { expires, signature }).kind === 'good').toBe(same);
      }),
    );
  });
});
