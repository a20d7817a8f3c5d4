import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { Variables } from '../operations/variables.ts';
import type { Asked, AskedFields } from './askedFields.ts';
import { keyPath } from './conditionalKeys.ts';
import { compileEntitiesAt, group, type Entities } from './entities.ts';
import type { Fetch, PlannedOperation } from './fetch.ts';
import { fetchEntities, type EntitiesToAsk } from './fetchEntities.ts';
import { fetchFields } from './fetchFields.ts';
import { isJoined } from './joinFetches.ts';
import type { KnownTypes } from './knownTypes.ts';
import { limitOf, type Lasting } from './lasting.ts';
import { narrowFetch } from './narrowFetch.ts';
import type { Path } from './places.ts';
import { compileRepresentation, type Represent } from './representations.ts';
import { compileRewrites } from './rewrites.ts';
import { compileBroughtByRoots, type RootEntities } from './rootEntities.ts';
import { inParallel, type Step } from './run.ts';
import type { Source } from './source.ts';
import { dropInterfaceName, type IsOfType } from './typeConditions.ts';

export interface FetchTools {
  /** The supergraph's. */
  readonly schema: GraphQLSchema;
  readonly lasting: Lasting;
  /** By subgraph name. */
  readonly sources: Readonly<Record<string, Source>>;
  readonly isOfType: IsOfType;
  readonly types: KnownTypes;
  /** Keys that may be missing where they are required: see `conditionalKeys`. */
  readonly conditional: ReadonlySet<string>;
  /** The client's response key of each private one. */
  readonly responseKeys: ReadonlyMap<string, string>;
  /** What fetches take: see `neededKeys`. */
  readonly needed: ReadonlySet<string>;
  readonly rootEntities: RootEntities;
  /** The client's document has `@skip` or `@include` with variables. */
  readonly hasConditions: boolean;
  /** What the client asks for where `@skip` and `@include` have these values. */
  readonly asked: (coerced: Variables) => AskedFields;
}

export function compileFetch(node: FetchNode, path: Path, tools: FetchTools): Step {
  if (!node.requires) return fetchFields(node, fetchOf(node, path, tools));
  const represent = representationOf(node, path, tools);
  const whole = compileEntityFetch(node, path, represent, tools);
  if (!isJoined(node)) return whole;
  const lesser = node.lesser.map((one) => {
    const representLess = representationOf(one, path, tools);
    const unlessWhole: Represent = (entity) => (represent(entity) === undefined ? representLess(entity) : undefined);
    return compileEntityFetch(one, path, unlessWhole, tools);
  });
  return inParallel([whole, ...lesser]);
}

function compileEntityFetch(node: FetchNode, path: Path, represent: Represent, tools: FetchTools): Step {
  const fetch = fetchOf(node, path, tools);
  return fetchEntities(fetch, {
    toAsk: entitiesToAsk(node, fetch, represent, tools),
    brought: compileBroughtByRoots(node, represent, tools.rootEntities),
  });
}

function fetchOf(node: FetchNode, path: Path, tools: FetchTools): Fetch {
  const { schema, sources, isOfType, responseKeys } = tools;
  const source = sources[node.serviceName];
  if (!source) throw new Error(`the plan asks the subgraph ${node.serviceName}, which the router does not know`);
  const renamed = new Map<string, string>();
  for (const rewrite of node.outputRewrites ?? []) {
    if (rewrite.kind === 'KeyRenamer') renamed.set(String(rewrite.path.at(-1)), rewrite.renameKeyTo);
  }
  const dataKey = (key: string): string => renamed.get(key) ?? key;
  return {
    name: node.serviceName,
    source,
    operation: operationOf(node, node.operation, tools),
    path,
    variableNames: node.variableUsages ?? [],
    rewrite: compileRewrites(node.outputRewrites, isOfType),
    dropInterfaceName: (entity) => dropInterfaceName(schema, entity),
    dataKey,
    toClient: (steps) =>
      steps.map((step) => (typeof step === 'number' ? step : (responseKeys.get(dataKey(step)) ?? dataKey(step)))),
  };
}

function representationOf(node: FetchNode, path: Path, { isOfType, conditional, types }: FetchTools): Represent {
  const rewrite = node.inputRewrites?.length ? compileRewrites(node.inputRewrites, isOfType) : undefined;
  return compileRepresentation(node.requires ?? [], { isOfType, conditional, types, path: keyPath(path), rewrite });
}

/** The subgraph has an interface as an object, and is told so by the name of every entity's type. */
function asksForInterface({ inputRewrites = [] }: FetchNode): boolean {
  return inputRewrites.some(({ kind, path }) => kind === 'ValueSetter' && path.at(-1) === '__typename');
}

function entitiesToAsk(
  node: FetchNode,
  { operation, path, dataKey }: Pick<Fetch, 'operation' | 'path' | 'dataKey'>,
  represent: Represent,
  tools: FetchTools,
): EntitiesToAsk {
  const { asked, hasConditions, needed } = tools;
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
