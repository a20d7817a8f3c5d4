import type { Passage } from '../answerer.ts';
import type { Question } from '../question.ts';
import { isFounded, knownFrom, LONGEST_ANSWER, withoutMarks } from './checkAnswer.ts';
import { givesAwayPrompt } from './prompt.ts';

/** Nobody reads faster, and each piece is looked over. */
const PERIOD_MS = 50;

/**
 * Shows what a model says while it says it, as far as that can be told to be good: whole words, without the numbers of passages. From
 * the first word on that would be kept back at the end, nothing more is shown. What is named and what is not is looked at only then.
 *
 * @returns takes the model's text so far.
 */
export function createPieces(
  question: Question,
  passages: readonly Passage[],
  show: (text: string) => void,
  now: () => number = () => performance.now(),
): (text: string) => void {
  const known = knownFrom(question, passages);
  let shownAt = -Infinity;
  let shown = '';
  let isHeld = false;
  return (text) => {
    if (isHeld || now() - shownAt < PERIOD_MS) return;
    const said = wholeWords(text);
    if (said === '' || said === shown) return;
    isHeld = text.length > LONGEST_ANSWER || givesAwayPrompt(text) || !isFounded(said, known);
    if (isHeld) return;
    shownAt = now();
    shown = said;
    show(said);
  };
}

/** Up to the last space: the word behind it, or the number of a passage, may not be all there yet. */
function wholeWords(text: string): string {
  return withoutMarks(/^[^]*\s/.exec(text)?.[0] ?? '');
}
