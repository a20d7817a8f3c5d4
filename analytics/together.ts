import DataLoader from 'dataloader';

/**
 * Answers together what is asked at the same moment.
 *
 * @param keyOf Equal for what one call can answer.
 * @param answer The answers, in the order of the questions.
 */
export function together<Q, A>(
  keyOf: (question: Q) => string,
  answer: (questions: readonly [Q, ...Q[]]) => Promise<readonly A[]>,
): (question: Q) => Promise<A> {
  async function answered(questions: readonly Q[]): Promise<(A | Error)[]> {
    const answers = new Map<Q, A | Error>();
    const groups = [...Map.groupBy(questions, keyOf).values()];
    await Promise.all(
      groups.map(async ([first, ...others]) => {
        if (first === undefined) return;
        const group = [first, ...others] as const;
        try {
          const found = await answer(group);
          for (const [at, question] of group.entries()) answers.set(question, found[at] ?? new Error('no answer'));
        } catch (error) {
          const failure = error instanceof Error ? error : new Error(String(error));
          for (const question of group) answers.set(question, failure);
        }
      }),
    );
    return questions.map((question) => answers.get(question) ?? new Error('no answer'));
  }
  // Within one turn of the event loop: those who ask have looked elsewhere first, one after the other.
  const loader = new DataLoader<Q, A>(answered, { cache: false, batchScheduleFn: (run) => void setImmediate(run) });
  return (question) => loader.load(question);
}
