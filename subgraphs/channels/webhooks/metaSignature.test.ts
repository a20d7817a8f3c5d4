import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { claimedDigest, isSignedBy } from './metaSignature.ts';

const sign = (secret: string, body: Buffer) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

describe('a signature of Meta', () => {
  // Escaped as Meta does before it signs: read and written again, these would be other bytes.
  const body = Buffer.from('{"object":"page","entry":[{"text":"\\u0413\\u0434\\u0435?"}]}');

  it('fits the bytes that were signed, under any of the secrets', () => {
    const digest = claimedDigest(sign('new secret', body));
    expect(digest && isSignedBy(['old secret', 'new secret'], body, digest)).toBe(true);
  });

  it.each([
    ['another secret', sign('another', body), body],
    ['another body', sign('secret', body), Buffer.from(JSON.stringify(JSON.parse(body.toString())))],
  ])('does not fit %s', (_what, header, bytes) => {
    const digest = claimedDigest(header);
    expect(digest && isSignedBy(['secret'], bytes, digest)).toBe(false);
    expect(digest && isSignedBy([], bytes, digest)).toBe(false);
  });

  it.each([
    undefined,
    '',
    'sha1=00',
    'sha256=',
    'sha256=zz',
    `sha256=${'a'.repeat(63)}`,
    `sha256=${'a'.repeat(65)}`,
    `SHA512=${'a'.repeat(64)}`,
    [`sha256=${'a'.repeat(64)}`, 'sha256=00'],
  ])('is not claimed by %j', (header) => {
    expect(claimedDigest(header)).toBeUndefined();
  });
});
