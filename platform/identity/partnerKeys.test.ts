import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { createPartnerKey, looksLikePartnerKey, readPartnerKey } from './partnerKeys.ts';

describe('a partner’s key', () => {
  const companyId = v7();

  it('says whose it is, and is recognised among other texts', () => {
    const { text, ...facts } = createPartnerKey(companyId);
    expect(readPartnerKey(text)).toEqual(facts);
    expect(facts.companyId).toBe(companyId);
    expect(text).toMatch(/^swk_[0-9A-Za-z]{82}$/);
    expect(looksLikePartnerKey(text)).toBe(true);
    expect(looksLikePartnerKey('eyJhbGciOiJIUzI1NiJ9.e30.x')).toBe(false);
  });

  it('is kept as its SHA-256', () => {
    const { text, hash } = createPartnerKey(companyId);
    expect(hash).toBe(createHash('sha256').update(text).digest('hex'));
  });

  it('is another one each time', () => {
    const keys = Array.from({ length: 100 }, () => createPartnerKey(companyId));
    expect(new Set(keys.map(({ text }) => text)).size).toBe(100);
    expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(100);
  });

  it('keeps its length for a company whose id begins with zeros', () => {
    const low = '00000000-0000-7000-8000-000000000001';
    const { text } = createPartnerKey(low);
    expect(text).toHaveLength(86);
    expect(readPartnerKey(text)?.companyId).toBe(low);
  });

  it('with any one character mistyped is none', () => {
    const { text } = createPartnerKey(companyId);
    for (let at = 0; at < text.length; at++) {
      const wrong = text[at] === 'x' ? 'y' : 'x';
      expect(readPartnerKey(`${text.slice(0, at)}${wrong}${text.slice(at + 1)}`)).toBeUndefined();
    }
  });

  it.each([
    ['nothing', ''],
    ['the prefix alone', 'swk_'],
    ['another length', `swk_${'a'.repeat(81)}`],
    ['other characters', `swk_${'-'.repeat(82)}`],
    ['a number that is too large', `swk_${'z'.repeat(82)}`],
    ['a line more', `${createPartnerKey(companyId).text}\n`],
  ])('is not %s', (_, text) => {
    expect(readPartnerKey(text)).toBeUndefined();
  });
});
