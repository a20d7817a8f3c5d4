type Grades = ReadonlyMap<string, number>;

/** Normalised discounted cumulative gain of the first `k`, as trec_eval counts it: 1 when nothing better could stand there. */
export function ndcgAt(k: number, ranking: readonly string[], grades: Grades): number {
  const gain = gainOf(ranking.slice(0, k).map((id) => Math.max(0, grades.get(id) ?? 0)));
  const best = [...grades.values()].filter((grade) => grade > 0).toSorted((a, b) => b - a);
  const ideal = gainOf(best.slice(0, k));
  return ideal === 0 ? 0 : gain / ideal;
}

/** How many of the answers are among the first `k`. */
export function recallAt(k: number, ranking: readonly string[], grades: Grades): number {
  const answers = [...grades].filter(([, grade]) => grade > 0);
  const found = new Set(ranking.slice(0, k));
  return answers.length === 0 ? 0 : answers.filter(([id]) => found.has(id)).length / answers.length;
}

function gainOf(grades: readonly number[]): number {
  return grades.reduce((sum, grade, rank) => sum + grade / Math.log2(rank + 2), 0);
}
