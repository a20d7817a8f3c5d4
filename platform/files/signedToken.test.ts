import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createTokenSigner } from './signedToken.ts';

const model = z.object({ name: z.string() });
const signer = createTokenSigner({ secret: 'a secret', purpose: 'upload', model });
const soon = () => new Date(Date.now() + 60_000);

describe('a signed token', () => {
  it('gives back what was signed, until it expires, and fits into an address', () => {
    const expiresAt = soon();
    const token = signer.sign({ name: 'Größe.png' }, expiresAt);
    expect(token).toMatch(/^[\w.-]+$/);
    expect(signer.read(token)).toEqual({ kind: 'good', data: { name: 'Größe.png' }, expiresAt });
    expect(signer.read(signer.sign({ name: 'x' }, new Date(Date.now() - 1)))).toEqual({ kind: 'expired' });
  });

  it('is none when it was changed, is of another secret or purpose, or is nonsense', () => {
    const token = signer.sign({ name: 'x' }, soon());
    const [payload = '', signature = ''] = token.split('.');
    const other = Buffer.from(JSON.stringify({ data: { name: 'y' }, expiresAt: Date.now() + 60_000 })).toString(
      'base64url',
    );
    const elsewhere = createTokenSigner({ secret: 'another', purpose: 'upload', model });
    const otherwise = createTokenSigner({ secret: 'a secret', purpose: 'place', model });
    for (const forged of [`${other}.${signature}`, payload, `${payload}.`, '', '.', 'a.b.c', token.slice(0, -1)]) {
      expect(signer.read(forged)).toEqual({ kind: 'forged' });
    }
    expect(elsewhere.read(token)).toEqual({ kind: 'forged' });
    expect(otherwise.read(token)).toEqual({ kind: 'forged' });
  });
});
