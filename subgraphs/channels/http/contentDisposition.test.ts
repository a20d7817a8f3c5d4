import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contentDisposition } from './contentDisposition.ts';

describe('a file', () => {
  it.each(['image/png', 'audio/ogg', 'video/mp4', 'application/pdf'])('of %s is shown', (mimeType) => {
    expect(contentDisposition(mimeType, null)).toBe('inline');
  });

  it.each(['image/svg+xml', 'text/plain', 'text/html', 'application/json', 'application/pdfx', 'application/zip'])(
    'of %s is saved',
    (mimeType) => {
      expect(contentDisposition(mimeType, null)).toBe('attachment');
    },
  );

  it('has its name in letters that every client takes, and in its own', () => {
    expect(contentDisposition('text/plain', `Müller's "50%" (1).txt`)).toBe(
      `attachment; filename="M_ller's _50__ (1).txt"; filename*=UTF-8''M%C3%BCller%27s%20%2250%25%22%20%281%29.txt`,
    );
  });

  it('has a name that cannot leave its place in the header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(contentDisposition('text/plain', name)).toMatch(
          /^attachment; filename="[^"\\%\r\n]*"; filename\*=UTF-8''[\w.!~$&+^`|%-]*$/,
        );
      }),
    );
  });
});
