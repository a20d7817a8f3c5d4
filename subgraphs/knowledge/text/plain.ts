import type { Piece } from './blocks.ts';

/** Paragraphs are what blank lines part. */
export function plainPieces(source: string): Piece[] {
  return source
    .split(/\n(?:[^\S\n]*\n)+/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
    .map((text) => ({ level: 0, text }));
}
