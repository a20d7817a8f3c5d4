import type { FetchNode } from '@apollo/query-planner';
import { Kind, parse } from 'graphql';
import { members, report, type Fetch } from './fetch.ts';
import { merge } from './merge.ts';
import { objectsAt, placesOf, type Path } from './places.ts';
import type { Run, Step } from './run.ts';
import type { SubgraphAnswer } from './source.ts';

/** Root fields, of the operation or of a `Query` that stands somewhere in it. */
export function fetchFields(node: FetchNode, fetch: Fetch): Step {
  const { path, rewrite } = fetch;
  const keys = rootKeysOf(node);
  return async (run) => {
    const objects = objectsAt(run.data, path, run.sharing);
    if (objects.length === 0) return;
    const places = () =>
      placesOf(run.data, path, new Set(objects)).flatMap((place) => keys.map((key) => [...place, key]));
    const answer = await ask(fetch, run, `{${members(fetch.variableNames, run.variables)}}`, places);
    if (!answer) return;
    for (const error of answer.errors) {
      const at = error.path;
      report(
        run,
        fetch,
        error,
        at ? placesOf(run.data, path, new Set(objects)).map((place) => [...place, ...at]) : places(),
      );
    }
    if (!answer.data) return;
    rewrite(answer.data);
    if (objects.length > 1) run.sharing.anywhere = true;
    run.sharing.found.clear();
    for (const object of objects) merge(object, answer.data);
  };
}

/** Under which keys the fetch brings something: where it is missed when it fails. */
function rootKeysOf({ operation, operationDocumentNode }: FetchNode): string[] {
  const [definition] = (operationDocumentNode ?? parse(operation)).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) return [];
  return definition.selectionSet.selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [(selection.alias ?? selection.name).value] : [],
  );
}

/** Undefined when it failed, which is reported at the places where the answer is missed. */
async function ask(
  { source, operation, ...fetch }: Fetch,
  run: Run,
  variables: string,
  places: () => readonly Path[],
): Promise<SubgraphAnswer | undefined> {
  try {
    return await source.fetch(operation, variables, run.scope);
  } catch (error) {
    report(run, fetch, error instanceof Error ? error : new Error(String(error)), places());
    return undefined;
  }
}
