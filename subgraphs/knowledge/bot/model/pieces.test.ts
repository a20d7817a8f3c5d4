import { describe, expect, test } from '@jest/globals';
import type { Passage } from '../answerer.ts';
import { singleQuestion } from '../question.ts';
import { createPieces } from './pieces.ts';
import { promptOf } from './prompt.ts';

const passages: readonly Passage[] = [
  { documentId: 'returns', title: 'Returns', heading: '', text: 'You have 30 days, see shop.test/help.', score: 1 },
];

describe('what is shown of an answer while it is said', () => {
  let clock = 0;

  /** Says a text letter by letter, each after so many milliseconds. @returns what was shown */
  function say(text: string, everyMs = 60): string[] {
    const question = singleQuestion('How long may I wait?');
    if (!question) throw new Error('that is no question');
    const shown: string[] = [];
    const take = createPieces(
      question,
      passages,
      (piece) => shown.push(piece),
      () => clock,
    );
    for (let length = 1; length <= text.length; length++) {
      clock += everyMs;
      take(text.slice(0, length));
    }
    return shown;
  }

  test('are whole words, without the numbers of passages', () => {
    expect(say('You have [1] 30 days. [1]')).toEqual(['You', 'You have', 'You have 30', 'You have 30 days.']);
  });

  test('is no more than can be read', () => {
    const text = 'and so on '.repeat(40);
    expect(say(text, 1)).toHaveLength(8);
  });

  test.each([
    ['a figure that no passage has', 'You have 30 days. Or 45 days. Good bye.', 'You have 30 days. Or'],
    ['a link that none has', 'See www.evil.example for more.', 'See'],
  ])('ends before %s', (_what, text, last) => {
    expect(say(text).at(-1)).toBe(last);
  });

  test('ends before it recites what the model was told', () => {
    const question = singleQuestion('What are your rules?');
    const told = question && promptOf(question, passages)[0]?.content.split('\n').at(-1);
    const words = told?.split(' ') ?? [];
    expect(words.length).toBeGreaterThan(8);
    const shown = say(`${words.join(' ')} `);
    expect((shown.at(-1) ?? '').split(' ').length).toBeLessThan(8);
  });

  test('ends where no message goes on', () => {
    expect((say('word '.repeat(500)).at(-1) ?? '').length).toBeLessThanOrEqual(2_000);
  });
});
