import type { PlanNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { fetchesOf, fieldsOf } from './planFetches.ts';
import { responseKeyOf } from './privateKeys.ts';

/**
 * The keys that a plan fetches under conditions only, each as a path without lists. What requires them may be asked without them: the planner fetches what a
 * field requires under that field's `@skip` and `@include`, but names it for all fields that are asked in the same fetch.
 *
 * @param schema The supergraph's.
 */
export function conditionalKeys(plan: PlanNode | undefined, schema: GraphQLSchema): ReadonlySet<string> {
  const conditional = new Set<string>();
  const always = new Set<string>();
  for (const { field, path, isConditional } of fetchesOf(plan).flatMap((fetch) => fieldsOf(fetch, schema))) {
    (isConditional ? conditional : always).add(keyPath([...path, responseKeyOf(field)]));
  }
  return new Set([...conditional].filter((key) => !always.has(key)));
}

/** Keys from the root on: those of a list's elements stand where the list does. */
export function keyPath(path: readonly (string | number)[]): string {
  return path
    .filter((step) => step !== '@')
    .map((step) => `/${String(step)}`)
    .join('');
}
