const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** The words as people would look them up: lower case, one spelling per character; scripts without spaces are cut by dictionary. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(text.normalize('NFKC').toLowerCase().replaceAll('’', "'"))) {
    // Longer than any word: base64 and the like, which nobody searches for.
    if (isWordLike && segment.length <= 64) words.push(segment);
  }
  return words;
}
