import { Kind, visit, type DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Variables } from '../operations/variables.ts';

/** An operation with many conditions has more ways to be answered than are worth keeping. */
const KEPT_COMBINATIONS = 32;

/** The variables that `@skip` and `@include` ask for. */
export function conditionNames(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

/** Made once for each combination of what some variables are; those count that are booleans. */
export function byVariables<T extends object>(names: readonly string[], make: (coerced: Variables) => T) {
  const made = new LRUCache<string, T>({ max: KEPT_COMBINATIONS });
  return (coerced: Variables): T => {
    const key = names.map((name) => (coerced[name] === true ? '1' : '0')).join('');
    let one = made.get(key);
    if (!one) made.set(key, (one = make(coerced)));
    return one;
  };
}
