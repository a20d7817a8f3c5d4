import type { OutgoingFile } from '../platforms/outbound.ts';

/** A file as a message has it, by default a picture at an address. */
export function testFile(overrides: Partial<OutgoingFile> = {}): OutgoingFile {
  return {
    kind: 'IMAGE',
    url: 'https://files.example.com/a.jpg',
    fileKey: null,
    name: 'a.jpg',
    mimeType: 'image/jpeg',
    size: null,
    ...overrides,
  };
}
