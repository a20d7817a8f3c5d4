import { describe, expect, it } from '@jest/globals';
import { fileRefusal, mediumOn, typeByName, type FileToSend } from './platformFiles.ts';

const MB = 1024 ** 2;
const file = (kind: FileToSend['kind'], mimeType: string | null, size: number | null = null) => ({
  kind,
  mimeType,
  size,
});

describe('a file that is to be sent', () => {
  it.each([
    ['MESSENGER', file('IMAGE', 'image/png'), 'IMAGE'],
    ['MESSENGER', file('IMAGE', 'image/webp'), 'DOCUMENT'],
    ['MESSENGER', file('STICKER', 'image/gif'), 'IMAGE'],
    ['MESSENGER', file('IMAGE', 'image/png', 9 * MB), 'DOCUMENT'],
    ['MESSENGER', file('FILE', 'application/zip', 25 * MB + 1), undefined],
    ['INSTAGRAM', file('IMAGE', 'image/jpeg; charset=binary'), 'IMAGE'],
    ['INSTAGRAM', file('IMAGE', 'image/webp'), undefined],
    ['INSTAGRAM', file('VIDEO', 'video/quicktime'), 'VIDEO'],
    ['INSTAGRAM', file('FILE', 'application/pdf'), 'DOCUMENT'],
    ['INSTAGRAM', file('FILE', 'application/zip'), undefined],
    ['INSTAGRAM', file('FILE', null), 'DOCUMENT'],
    ['WHATSAPP', file('IMAGE', 'image/JPEG'), 'IMAGE'],
    ['WHATSAPP', file('IMAGE', 'image/gif'), 'DOCUMENT'],
    ['WHATSAPP', file('IMAGE', 'image/png', 5 * MB + 1), 'DOCUMENT'],
    ['WHATSAPP', file('STICKER', 'image/webp', 400_000), 'STICKER'],
    ['WHATSAPP', file('STICKER', 'image/png'), 'IMAGE'],
    ['WHATSAPP', file('VIDEO', 'video/webm'), 'DOCUMENT'],
    ['WHATSAPP', file('AUDIO', 'audio/wav'), 'DOCUMENT'],
    ['WHATSAPP', file('FILE', 'text/csv', 101 * MB), undefined],
    ['TELEGRAM', file('FILE', 'text/csv', 50 * MB), 'DOCUMENT'],
    ['TELEGRAM', file('VIDEO', 'video/mp4', 51 * MB), undefined],
    ['WEB_CHAT', file('VIDEO', 'video/mp4', 500 * MB), 'DOCUMENT'],
  ] as const)('goes out on %s, if it is %o, as %s', (platform, given, medium) => {
    expect(mediumOn(platform, given)).toBe(medium);
  });

  it('that no platform takes is refused with what it would take', () => {
    expect(fileRefusal('INSTAGRAM', file('FILE', 'application/zip'))).toMatch(/application\/zip.*application\/pdf/);
    expect(fileRefusal('TELEGRAM', file('FILE', null, 60 * MB))).toMatch(/50 MB.*60\.0 MB/);
  });

  it.each([
    ['Bill.PDF', 'application/pdf'],
    ['/a/b/film.mov', 'video/quicktime'],
    ['no extension', null],
    ['odd.constructor', null],
  ])('says by its name what it is: %s', (name, type) => {
    expect(typeByName(name)).toBe(type);
  });
});
