import { SubgraphError } from '../graph/errors.ts';
import type { Entities } from './entities.ts';
import { askForEntities } from './entityQuestion.ts';
import { members, report, type Fetch, type PlannedOperation } from './fetch.ts';
import { isObject, merge, type Data } from './merge.ts';
import { placesOf } from './places.ts';
import type { BroughtByRoots } from './rootEntities.ts';
import type { Cause, EntityAnswers, EntityError, KnownEntities, Run, Step } from './run.ts';

/** The entities that a fetch is for, by what is asked of them. */
export type EntitiesToAsk = (run: Run) => ReadonlyMap<PlannedOperation, Entities>;

/**
 * Fields of entities that others have brought.
 *
 * @param entities.brought What of them is there already.
 */
export function fetchEntities(
  fetch: Fetch,
  { toAsk, brought }: { readonly toAsk: EntitiesToAsk; readonly brought: BroughtByRoots },
): Step {
  return async (run) => {
    const all = [...toAsk(run)].map(([operation, entities]) =>
      fetchUnknown(operation === fetch.operation ? fetch : { ...fetch, operation }, entities, brought, run),
    );
    await Promise.all(all);
  };
}

/** Those that another fetch of this run has asked the same of are not asked for again, nor those of which root fields brought it. */
async function fetchUnknown(fetch: Fetch, groups: Entities, brought: BroughtByRoots, run: Run): Promise<void> {
  const others = members(fetch.variableNames, run.variables);
  const { shape } = fetch.operation;
  const known = knownEntities(run, others === '' ? shape : `${shape} ${others}`);
  const unknown = [...groups.keys()].filter((representation) => !known.has(representation));
  if (unknown.length > 0) {
    const there = brought(run);
    const missing = unknown.filter((representation) => !there.has(representation));
    if (missing.length > 0) remember(known, missing, fetchAnswers(fetch, missing, others, run));
    if (missing.length < unknown.length) remember(known, [...there.keys()], answered([...there.values()]));
  }
  const parts = new Map<Promise<EntityAnswers>, Part>();
  for (const [representation, objects] of groups) {
    const asked = known.get(representation);
    if (!asked) continue;
    const part = parts.get(asked.answer) ?? [];
    parts.set(asked.answer, part);
    part.push({ index: asked.index, objects });
  }
  // What others have asked for stands where they wanted it, and here too.
  const isShared = unknown.length < groups.size || unknown.length < count(groups);
  await Promise.all(
    [...parts].map(async ([answer, part]) => takeAnswers(fetch, await answer, { part, isShared }, run)),
  );
}

/** Of one fetch's entities: which of them, and for which objects. */
type Part = { readonly index: number; readonly objects: readonly Data[] }[];

function count(groups: Entities): number {
  let sum = 0;
  for (const objects of groups.values()) sum += objects.length;
  return sum;
}

function remember(known: KnownEntities, representations: readonly string[], answer: Promise<EntityAnswers>): void {
  for (const [index, representation] of representations.entries()) known.set(representation, { answer, index });
}

async function answered(entities: readonly Data[]): Promise<EntityAnswers> {
  return { entities, errors: new Map(), causes: [], isNested: false };
}

function knownEntities({ entities }: Run, key: string): KnownEntities {
  const known = entities?.get(key) ?? new Map();
  entities?.set(key, known);
  return known;
}

/** Never rejects: what goes wrong is among the answer's causes. */
async function fetchAnswers(
  { name, source, operation, rewrite, dropInterfaceName }: Fetch,
  representations: readonly string[],
  others: string,
  run: Run,
): Promise<EntityAnswers> {
  const { scope } = run;
  const causes: Cause[] = [];
  const errors = new Map<number, EntityError[]>();
  try {
    const asking = scope.askForEntities ?? askForEntities;
    const answer = await asking({ source, operation, representations, others, scope });
    for (const error of answer.errors) {
      const [, index, ...rest] = error.path ?? [];
      if (typeof index !== 'number' || index >= representations.length) causes.push(error);
      else errors.set(index, [...(errors.get(index) ?? []), { cause: error, path: rest }]);
    }
    const received = answer.data?.['_entities'];
    if (Array.isArray(received) && received.length === representations.length) {
      const entities = received.map((entity: unknown) => (isObject(entity) ? entity : undefined));
      let isNested = false;
      for (const entity of entities) {
        if (!entity) continue;
        rewrite(entity);
        dropInterfaceName(entity);
        isNested ||= hasObjects(entity);
      }
      return { entities, errors, causes, isNested };
    }
    // Without data, its errors have said why.
    if (answer.data || answer.errors.length === 0) causes.push(SubgraphError.notAnAnswer(name));
  } catch (error) {
    causes.push(error instanceof Error ? error : new Error(String(error)));
  }
  return { entities: [], errors, causes, isNested: false };
}

function hasObjects(entity: Data): boolean {
  return Object.values(entity).some((value) => typeof value === 'object' && value !== null);
}

function takeAnswers(
  fetch: Fetch,
  { entities, errors, causes, isNested }: EntityAnswers,
  { part, isShared }: { readonly part: Part; readonly isShared: boolean },
  run: Run,
): void {
  const { path } = fetch;
  if (isNested) {
    run.sharing.found.clear();
    run.sharing.anywhere ||= isShared;
  }
  for (const cause of causes) {
    report(run, fetch, cause, placesOf(run.data, path, new Set(part.flatMap(({ objects }) => objects))));
  }
  for (const { index, objects } of part) {
    for (const { cause, path: rest } of errors.get(index) ?? []) {
      report(
        run,
        fetch,
        cause,
        placesOf(run.data, path, new Set(objects)).map((place) => [...place, ...rest]),
      );
    }
    const entity = entities[index];
    if (entity) for (const object of objects) merge(object, entity);
  }
}
