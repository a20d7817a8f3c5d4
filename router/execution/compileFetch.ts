import type { FetchNode } from '@apollo/query-planner';
import { Kind, parse, type GraphQLSchema } from 'graphql';
import { SubgraphError } from '../graph/errors.ts';
import type { Variables } from '../operations/variables.ts';
import type { Asked, AskedFields } from './askedFields.ts';
import { keyPath } from './conditionalKeys.ts';
import { compileEntitiesAt, group, type Entities } from './entities.ts';
import { askForEntities } from './entityQuestion.ts';
import { limitOf, type Lasting } from './lasting.ts';
import { isObject, merge, type Data } from './merge.ts';
import { narrowFetch } from './narrowFetch.ts';
import { objectsAt, placesOf, type Path } from './places.ts';
import { compileRepresentation, type Represent } from './representations.ts';
import { compileRewrites, type Rewrite } from './rewrites.ts';
import type { Cause, EntityAnswers, EntityError, KnownEntities, Run, Step } from './run.ts';
import type { Source, SubgraphAnswer, SubgraphOperation } from './source.ts';
import { dropInterfaceName, type IsOfType } from './typeConditions.ts';

export interface FetchTools {
  /** The supergraph's. */
  readonly schema: GraphQLSchema;
  readonly lasting: Lasting;
  /** By subgraph name. */
  readonly sources: Readonly<Record<string, Source>>;
  readonly isOfType: IsOfType;
  /** Keys that may be missing where they are required: see `conditionalKeys`. */
  readonly conditional: ReadonlySet<string>;
  /** The client's response key of each private one. */
  readonly responseKeys: ReadonlyMap<string, string>;
  /** What fetches take: see `neededKeys`. */
  readonly needed: ReadonlySet<string>;
  /** The client's document has `@skip` or `@include` with variables. */
  readonly hasConditions: boolean;
  /** What the client asks for where `@skip` and `@include` have these values. */
  readonly asked: (coerced: Variables) => AskedFields;
}

interface PlannedOperation extends SubgraphOperation {
  /** Equal for fetches that ask the same subgraph for the same, which is rewritten equally. */
  readonly shape: string;
}

interface Fetch {
  readonly name: string;
  readonly source: Source;
  readonly operation: PlannedOperation;
  readonly path: Path;
  readonly variableNames: readonly string[];
  readonly rewrite: Rewrite;
  readonly dropInterfaceName: (entity: Data) => void;
  /** A place in the merged data, or one in a subgraph's answer, as the client knows it. */
  readonly toClient: (path: Path) => Path;
}

export function compileFetch(node: FetchNode, path: Path, tools: FetchTools): Step {
  const { schema, sources, isOfType, conditional, responseKeys } = tools;
  const source = sources[node.serviceName];
  if (!source) throw new Error(`the plan asks the subgraph ${node.serviceName}, which the router does not know`);
  const renamed = new Map<string, string>();
  for (const rewrite of node.outputRewrites ?? []) {
    if (rewrite.kind === 'KeyRenamer') renamed.set(String(rewrite.path.at(-1)), rewrite.renameKeyTo);
  }
  const dataKey = (key: string): string => renamed.get(key) ?? key;
  const clientKey = (step: string | number): string | number => {
    if (typeof step === 'number') return step;
    return responseKeys.get(dataKey(step)) ?? dataKey(step);
  };
  const fetch: Fetch = {
    name: node.serviceName,
    source,
    operation: operationOf(node, node.operation, tools),
    path,
    variableNames: node.variableUsages ?? [],
    rewrite: compileRewrites(node.outputRewrites, isOfType),
    dropInterfaceName: (entity) => dropInterfaceName(schema, entity),
    toClient: (steps) => steps.map(clientKey),
  };
  if (!node.requires) return fetchFields(fetch, rootKeysOf(node));
  const rewrite = node.inputRewrites?.length ? compileRewrites(node.inputRewrites, isOfType) : undefined;
  const represent = compileRepresentation(node.requires, { isOfType, conditional, path: keyPath(path), rewrite });
  return fetchEntities(fetch, entitiesToAsk(node, fetch, represent, { ...tools, dataKey }));
}

/** The subgraph has an interface as an object, and is told so by the name of every entity's type. */
function asksForInterface({ inputRewrites = [] }: FetchNode): boolean {
  return inputRewrites.some(({ kind, path }) => kind === 'ValueSetter' && path.at(-1) === '__typename');
}

/** The entities that a fetch is for, by what is asked of them. */
type EntitiesToAsk = (run: Run) => ReadonlyMap<PlannedOperation, Entities>;

function entitiesToAsk(
  node: FetchNode,
  { operation, path }: Pick<Fetch, 'operation' | 'path'>,
  represent: Represent,
  tools: FetchTools & { readonly dataKey: (key: string) => string },
): EntitiesToAsk {
  const { asked, hasConditions, needed, dataKey } = tools;
  const byType = asksForInterface(node);
  // With conditions it depends on them, too.
  if (!byType && !hasConditions && !asked({}).isAmbiguous(path)) {
    const entitiesAt = compileEntitiesAt(path, represent);
    return (run) => new Map([[operation, entitiesAt(run)]]);
  }
  const narrow = narrowFetch(node, { path, needed, dataKey });
  const operations = new Map<string, PlannedOperation>();
  const known = new WeakMap<Asked, PlannedOperation | 'none'>();

  function operationFor(here: Asked, fields: AskedFields): PlannedOperation | undefined {
    let one = known.get(here);
    if (!one) {
      const query = narrow(here, fields);
      // The same for all of whom the same is asked.
      one = query === undefined ? 'none' : (operations.get(query) ?? operationOf(node, query, tools));
      if (one !== 'none') operations.set(one.query, one);
      known.set(here, one);
    }
    return one === 'none' ? undefined : one;
  }

  return ({ data, coerced }) => {
    const found = new Map<PlannedOperation, Entities>();
    const fields = asked(coerced);
    for (const { object, asked: here } of fields.objectsAt(data, path)) {
      const typeName = object['__typename'];
      const ofType = byType && typeof typeName === 'string' ? fields.on(here, typeName) : here;
      const one = operationFor(ofType, fields);
      if (!one) continue;
      const entities = found.get(one) ?? new Map();
      found.set(one, entities);
      group(entities, object, represent(object));
    }
    return found;
  };
}

function operationOf(
  { serviceName, operationName, operationKind: kind, outputRewrites = [] }: FetchNode,
  query: string,
  { lasting, schema }: Pick<FetchTools, 'lasting' | 'schema'>,
): PlannedOperation {
  const name = operationName === undefined ? '' : `"operationName":${JSON.stringify(operationName)},`;
  const asked = operationName === undefined ? query : query.replace(operationName, '');
  const shape = `${serviceName} ${JSON.stringify(outputRewrites)} ${asked}`;
  const bodyHead = `{"query":${JSON.stringify(query)},${name}"variables":`;
  return { kind, query, shape, bodyHead, limitMs: limitOf(lasting, schema, query) };
}

/** Under which keys the fetch brings something: where it is missed when it fails. */
function rootKeysOf({ operation, operationDocumentNode }: FetchNode): string[] {
  const [definition] = (operationDocumentNode ?? parse(operation)).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) return [];
  return definition.selectionSet.selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [(selection.alias ?? selection.name).value] : [],
  );
}

/** Root fields, of the operation or of a `Query` that stands somewhere in it. */
function fetchFields(fetch: Fetch, keys: readonly string[]): Step {
  const { path, rewrite } = fetch;
  return async (run) => {
    const objects = objectsAt(run.data, path, run.sharing.any);
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
    if (objects.length > 1) run.sharing.any = true;
    run.sharing.found.clear();
    for (const object of objects) merge(object, answer.data);
  };
}

/** Fields of entities that others have brought. */
function fetchEntities(fetch: Fetch, toAsk: EntitiesToAsk): Step {
  return async (run) => {
    const all = [...toAsk(run)].map(([operation, entities]) => fetchUnknown({ ...fetch, operation }, entities, run));
    await Promise.all(all);
  };
}

/** Those that another fetch of this run has asked the same of are not asked for again. */
async function fetchUnknown(fetch: Fetch, groups: Entities, run: Run): Promise<void> {
  const others = members(fetch.variableNames, run.variables);
  const { shape } = fetch.operation;
  const known = knownEntities(run, others === '' ? shape : `${shape} ${others}`);
  const unknown = [...groups.keys()].filter((representation) => !known.has(representation));
  if (unknown.length > 0) {
    const answer = fetchAnswers(fetch, unknown, others, run);
    for (const [index, representation] of unknown.entries()) known.set(representation, { answer, index });
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
    run.sharing.any ||= isShared;
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

function report({ problems }: Run, { toClient }: Pick<Fetch, 'toClient'>, cause: Cause, places: readonly Path[]): void {
  for (const place of places) problems.push({ cause, path: toClient(place) });
}

/** What the client gave of some variables, as the inside of a JSON object. */
function members(names: readonly string[], variables: Variables): string {
  return names
    .filter((name) => Object.hasOwn(variables, name) && variables[name] !== undefined)
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(variables[name])}`)
    .join(',');
}
