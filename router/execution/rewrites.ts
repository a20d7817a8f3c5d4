import type { FetchDataRewrite } from '@apollo/query-planner';
import { isObject, type Data } from './merge.ts';
import type { IsOfType } from './typeConditions.ts';

const FRAGMENT = '... on ';

/** Changes data in place. */
export type Rewrite = (data: unknown) => void;

/**
 * What the planner wants changed in what goes to a subgraph or comes from it: the type name of an interface object, the key of
 * a field that two types of a union have with different types.
 */
export function compileRewrites(rewrites: readonly FetchDataRewrite[] | undefined, isOfType: IsOfType): Rewrite {
  const steps = (rewrites ?? []).map((rewrite) => compileRewrite(rewrite, isOfType));
  return (data) => {
    for (const step of steps) step(data);
  };
}

function compileRewrite(rewrite: FetchDataRewrite, isOfType: IsOfType): Rewrite {
  const { path } = rewrite;
  const field = path.at(-1);
  if (field === undefined) return () => undefined;
  const change = (object: Data): void => {
    if (rewrite.kind === 'ValueSetter') {
      object[field] = rewrite.setValueTo;
    } else if (Object.hasOwn(object, field)) {
      object[rewrite.renameKeyTo] = object[field];
      delete object[field];
    }
  };
  return path.slice(0, -1).reduceRight<Rewrite>(
    (next, step) => (data) => at(step, data, next, isOfType),
    (data) => eachObject(data, change),
  );
}

function at(step: string, data: unknown, next: Rewrite, isOfType: IsOfType): void {
  eachObject(data, (object) => {
    if (!step.startsWith(FRAGMENT)) next(object[step]);
    else if (isOfType(object, step.slice(FRAGMENT.length)) !== false) next(object);
  });
}

function eachObject(data: unknown, visit: (object: Data) => void): void {
  if (Array.isArray(data)) for (const element of data) eachObject(element, visit);
  else if (isObject(data)) visit(data);
}
