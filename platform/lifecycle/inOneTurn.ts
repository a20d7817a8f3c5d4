import DataLoader from 'dataloader';

/** In one turn of the event loop; what is asked beside that is answered by itself. */
const MOST_QUESTIONS = 500;

/**
 * Answers together what is asked in the same turn of the event loop.
 *
 * @param keyOf Equal for what one call can answer.
 * @param answer The answers, in the order of the questions; an error in the place of one that failed by itself.
 */
export function inOneTurn<Q, A>(
  keyOf: (question: Q) => string,
  answer: (questions: readonly [Q, ...Q[]]) => Promise<readonly (A | Error)[]>,
): (question: Q) => Promise<A> {
  async function answered(questions: readonly Q[]): Promise<(A | Error)[]> {
    const answers = new Map<Q, A | Error | undefined>();
    const groups = [...Map.groupBy(questions, keyOf).values()];
    await Promise.all(
      groups.map(async ([first, ...others]) => {
        if (first === undefined) return;
        const group = [first, ...others] as const;
        try {
          const found = await answer(group);
          for (const [at, question] of group.entries()) answers.set(question, found[at]);
        } catch (error) {
          const failure = error instanceof Error ? error : new Error(String(error));
          for (const question of group) answers.set(question, failure);
        }
      }),
    );
    return questions.map((question) => {
      const one = answers.get(question);
      return one === undefined ? new Error('no answer') : one;
    });
  }
  const loader = new DataLoader<Q, A>(answered, {
    cache: false,
    maxBatchSize: MOST_QUESTIONS,
    // At the end of the turn: those who ask have looked elsewhere first, one after the other.
    batchScheduleFn: (run) => void setImmediate(run),
  });
  return (question) => loader.load(question);
}
