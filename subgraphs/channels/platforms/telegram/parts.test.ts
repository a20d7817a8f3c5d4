import { describe, expect, it } from '@jest/globals';
import { testFile as file } from '../../testing/testFile.ts';
import { mediumOf, partsOf } from './parts.ts';

describe('a message for Telegram', () => {
  it('is one part when it is a text that fits, and none when it is nothing', () => {
    expect(partsOf({ text: ' Hello ', files: [] })).toEqual([{ text: 'Hello' }]);
    expect(partsOf({ text: ' \n', files: [] })).toEqual([]);
    expect(partsOf({ text: null, files: [] })).toEqual([]);
  });

  it('is split where its text is longer than Telegram takes', () => {
    const parts = partsOf({ text: `${'a'.repeat(4_000)} ${'b'.repeat(4_000)}`, files: [] });
    expect(parts).toEqual([{ text: 'a'.repeat(4_000) }, { text: 'b'.repeat(4_000) }]);
  });

  it('has a part for every file, and its text below the first', () => {
    const [first, second] = [file(), file()];
    expect(partsOf({ text: 'Look', files: [first, second] })).toEqual([
      { file: first, caption: 'Look' },
      { file: second, caption: null },
    ]);
    expect(partsOf({ text: null, files: [first] })).toEqual([{ file: first, caption: null }]);
  });

  it('has a text before its files that is too long to stand below one', () => {
    const first = file();
    const fits = 'x'.repeat(1_024);
    expect(partsOf({ text: fits, files: [first] })).toEqual([{ file: first, caption: fits }]);
    expect(partsOf({ text: `${fits}x`, files: [first] })).toEqual([
      { text: `${fits}x` },
      { file: first, caption: null },
    ]);
  });

  it.each([
    ['IMAGE', 'image/png', 'photo'],
    ['IMAGE', 'image/gif', 'animation'],
    ['IMAGE', 'image/svg+xml', 'document'],
    ['IMAGE', null, 'photo'],
    ['STICKER', 'image/webp', 'photo'],
    ['VIDEO', 'video/mp4', 'video'],
    ['VIDEO', 'video/quicktime', 'document'],
    ['VIDEO', null, 'video'],
    ['AUDIO', 'audio/mpeg', 'audio'],
    ['AUDIO', 'audio/ogg; codecs=opus', 'voice'],
    ['AUDIO', 'Audio/OGG', 'voice'],
    ['AUDIO', 'audio/wav', 'document'],
    ['FILE', 'image/jpeg', 'document'],
    ['FILE', 'application/pdf', 'document'],
    ['OTHER', null, 'document'],
  ] as const)('shows %s of type %s as %s', (kind, mimeType, medium) => {
    expect(mediumOf(file({ kind, mimeType }))).toBe(medium);
  });

  it('shows a picture that is too large for one as a document', () => {
    expect(mediumOf(file({ size: 10 * 1024 ** 2 }))).toBe('photo');
    expect(mediumOf(file({ size: 10 * 1024 ** 2 + 1 }))).toBe('document');
  });
});
