import type { Random } from '#test/agents/random.ts';

const VOCABULARY = 30_000;
const WORDS_OF_A_PASSAGE = 110;
const WORDS_OF_A_QUESTION = 7;
const GRAMMAR = 'the of and to a in is it you that was for on are with as at be this have from or had by'.split(' ');
const SYLLABLES = 'ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu bra cle dri flo gru sta tre pli'.split(
  ' ',
);

/** Writes texts whose words are as common and as rare as those of a language, each about something. */
export function createWriter(random: Random) {
  const words = Array.from({ length: VOCABULARY }, (_, i) => wordOf(i));
  const topics = Array.from({ length: 500 }, () => Array.from({ length: 40 }, () => random.pick(words) ?? ''));

  function word(topic: readonly string[]): string {
    const chance = random.next();
    if (chance < 0.4) return random.pick(GRAMMAR) ?? '';
    if (chance < 0.7) return random.pick(topic) ?? '';
    // The logarithm of the place is even: what Zipf found in languages.
    return words[Math.floor(VOCABULARY ** random.next()) % VOCABULARY] ?? '';
  }

  const text = (length: number) => {
    const topic = random.pick(topics) ?? [];
    return Array.from({ length }, () => word(topic)).join(' ');
  };
  return { passage: () => text(WORDS_OF_A_PASSAGE), question: () => text(WORDS_OF_A_QUESTION) };
}

/** A different word for each number. */
function wordOf(number: number): string {
  let [word, left] = ['', number + SYLLABLES.length];
  while (left > 0) {
    word += SYLLABLES[left % SYLLABLES.length] ?? '';
    left = Math.floor(left / SYLLABLES.length);
  }
  return word;
}
