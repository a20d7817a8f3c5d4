import type { Variables } from './variables.ts';

/** A number, or how to get at it once the variables are known. Most of an operation's cost is known without. */
export type Term = number | ((variables: Variables) => number);

/** The value of a term. */
export function valueOf(term: Term, variables: Variables): number {
  return typeof term === 'number' ? term : term(variables);
}

export function sumOf(terms: readonly Term[]): Term {
  return combine(terms, 0, (a, b) => a + b);
}

export function largestOf(terms: readonly Term[]): Term {
  return combine(terms, 0, Math.max);
}

export function productOf(a: Term, b: Term): Term {
  if (a === 0 || b === 0) return 0;
  return combine([a, b], 1, (one, other) => one * other);
}

/** The term, where the condition holds, and nothing elsewhere. */
export function onlyIf(condition: boolean | ((variables: Variables) => boolean), term: Term): Term {
  if (typeof condition === 'boolean') return condition ? term : 0;
  if (term === 0) return 0;
  return (variables) => (condition(variables) ? valueOf(term, variables) : 0);
}

/** Puts together at once what is known already. */
function combine(terms: readonly Term[], empty: number, join: (a: number, b: number) => number): Term {
  let known = empty;
  const open: Exclude<Term, number>[] = [];
  for (const term of terms) {
    if (typeof term === 'number') known = join(known, term);
    else open.push(term);
  }
  if (open.length === 0) return known;
  return (variables) => open.reduce((total, term) => join(total, term(variables)), known);
}
