import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maskSecrets } from './maskSecrets.ts';

const names = [
  'Authorization',
  'api_key',
  'X-Api-Key',
  'botToken',
  'webhook-secret',
  'credentials',
  'PASSWORD',
  'cookie',
];

describe('masking secrets', () => {
  test('never lets one out, wherever it stands and however it is written', () => {
    const place = fc.array(fc.oneof(fc.constant(0), fc.stringMatching(/^[a-z]{1,8}$/)), { maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...names), place, (name, path) => {
        const fields = path.reduceRight<object>((inner, key) => (key === 0 ? { list: [inner] } : { [key]: inner }), {
          [name]: 'hunter2',
        });
        expect(JSON.stringify(maskSecrets(fields))).not.toContain('hunter2');
      }),
    );
  });

  test('leaves everything else as it is', () => {
    const fields = { at: new Date(0), seconds: 3, tokens: 12, nothing: null, deep: { list: [1, { name: 'x' }] } };

    expect(maskSecrets(fields)).toEqual(fields);
  });

  test('ends on objects that hold themselves', () => {
    const fields: Record<string, unknown> = { id: 1 };
    fields['self'] = fields;

    expect(JSON.stringify(maskSecrets(fields))).toContain('[too deep]');
  });

  test('does not change what it was given', () => {
    const fields = { token: 'hunter2' };
    maskSecrets(fields);

    expect(fields).toEqual({ token: 'hunter2' });
  });
});
