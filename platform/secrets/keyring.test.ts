import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createKeyring } from './keyring.ts';

const newKey = () => randomBytes(32).toString('base64');
const text = fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed());

describe('a keyring', () => {
  const keyring = createKeyring({ activeKeyId: 'k1', keys: { k1: newKey() } });

  test('opens what it sealed, whatever it is', () => {
    fc.assert(
      fc.property(text, text, (plaintext, context) => {
        const sealed = keyring.seal(plaintext, context);
        expect(sealed).toMatch(/^v1\.k1\.[\w-]{16}\.[\w-]{22}\.[\w-]*$/);
        expect(keyring.open(sealed, context)).toBe(plaintext);
      }),
    );
  });

  test('does not open a secret in another place than it was sealed for', () => {
    fc.assert(
      fc.property(text, text, text, (plaintext, context, other) => {
        fc.pre(context !== other);
        expect(() => keyring.open(keyring.seal(plaintext, context), other)).toThrow('does not open');
      }),
    );
  });

  test('does not open a secret of which one bit was changed', () => {
    const sealed = keyring.seal('bot token', 'channel');
    const parts = sealed.split('.');
    for (const index of [2, 3, 4]) {
      const bytes = Buffer.from(parts[index] ?? '', 'base64url');
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const forged = parts.with(index, changed.toString('base64url')).join('.');
        expect(() => keyring.open(forged, 'channel')).toThrow('does not open');
      }
    }
  });

  test('does not take a tag that was cut to be guessed more easily', () => {
    const parts = keyring.seal('bot token', 'channel').split('.');
    const cut = Buffer.from(parts[3] ?? '', 'base64url')
      .subarray(0, 4)
      .toString('base64url');

    expect(() => keyring.open(parts.with(3, cut).join('.'), 'channel')).toThrow('does not open');
  });

  test('seals the same secret differently each time', () => {
    expect(keyring.seal('x', 'c')).not.toBe(keyring.seal('x', 'c'));
  });

  test.each(['', 'plain', 'v2.k1.a.b.c', 'v1.k1', 'v1.k1.a.b', 'v1.k1.a.b.c.d', 'v1.k1...'])(
    'does not open %j',
    (sealed) => {
      expect(() => keyring.open(sealed, 'c')).toThrow(expect.objectContaining({ code: 'SECRET_UNREADABLE' }));
    },
  );

  test('seals under the active key and still opens what the one before it sealed', () => {
    const keys = { old: newKey(), new: newKey() };
    const before = createKeyring({ activeKeyId: 'old', keys }).seal('secret', 'c');
    const rotated = createKeyring({ activeKeyId: 'new', keys });

    expect(rotated.open(before, 'c')).toBe('secret');
    expect(rotated.seal('secret', 'c')).toMatch(/^v1\.new\./);
  });

  test('names the key that is missing', () => {
    const sealed = createKeyring({ activeKeyId: 'gone', keys: { gone: newKey() } }).seal('secret', 'c');

    expect(() => keyring.open(sealed, 'c')).toThrow(/key "gone", which is not here/);
  });

  test('does not open what another key of the same id sealed', () => {
    const other = createKeyring({ activeKeyId: 'k1', keys: { k1: newKey() } });

    expect(() => keyring.open(other.seal('secret', 'c'), 'c')).toThrow('does not open');
  });

  test.each([
    ['too short a key', { activeKeyId: 'k', keys: { k: randomBytes(16).toString('base64') } }],
    ['a key that is no base64', { activeKeyId: 'k', keys: { k: '?' } }],
    ['an id with a dot', { activeKeyId: 'a.b', keys: { 'a.b': newKey() } }],
    ['no active key', { activeKeyId: 'k', keys: { other: newKey() } }],
  ])('is refused with %s', (_what, options) => {
    expect(() => createKeyring(options)).toThrow(expect.objectContaining({ code: 'KEYRING_INVALID' }));
  });

  test('does not show a key that it refuses', () => {
    const key = randomBytes(31).toString('base64');

    expect(() => createKeyring({ activeKeyId: 'k', keys: { k: key } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(key) }),
    );
  });
});
