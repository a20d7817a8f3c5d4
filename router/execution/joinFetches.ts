import type { FetchNode, PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { print, stripIgnoredCharacters, type FieldNode } from 'graphql';
import { keyPath } from './conditionalKeys.ts';
import { entitySelectionOf, withFields, type EntitySelection } from './entitySelection.ts';
import { neededKeys } from './narrowFetch.ts';
import { fetchesOf, mapFetches, type PlannedFetch } from './planFetches.ts';
import { responseKeyOf } from './privateKeys.ts';

/** A fetch of entities that asks for what several ask for, which are made by themselves for entities of which it cannot be. */
export interface JoinedFetch extends FetchNode {
  readonly lesser: readonly FetchNode[];
}

export function isJoined(node: FetchNode): node is JoinedFetch {
  return 'lesser' in node;
}

/** A fetch that can be joined with others. */
interface Candidate {
  readonly node: FetchNode;
  readonly place: string;
  /** What it takes of an entity. */
  readonly takes: ReadonlySet<string>;
  readonly selection: EntitySelection;
  /** What was taken in. */
  readonly lesser: Candidate[];
}

/**
 * The same plan with fewer fetches. A subgraph that is asked about the same entities twice, at once for what it knows by itself and later for
 * what takes something of others, is asked once, later: an answer waits for the last of its fetches anyway. What other fetches wait for stays
 * as it is.
 *
 * @param mayJoin Whether all entities at a path are asked for the same, whatever the variables are.
 */
export function joinFetches(plan: PlanNode, mayJoin: (fetch: PlannedFetch) => boolean): PlanNode {
  // A part that is deferred waits for the fetches that the plan names.
  if (plan.kind === 'Defer') return plan;
  const candidates = candidatesIn(plan, mayJoin);
  const taken = new Set<Candidate>();
  for (const one of candidates) {
    if (one.lesser.length > 0 || isWaitedFor(one, plan)) continue;
    const greater = candidates.findLast((other) => !taken.has(other) && canTakeIn(other, one));
    if (!greater) continue;
    greater.lesser.push(one);
    taken.add(one);
  }
  if (taken.size === 0) return plan;
  const without = new Set([...taken].map(({ node }) => node));
  const joined = new Map(candidates.filter(({ lesser }) => lesser.length > 0).map((one) => [one.node, join(one)]));
  return mapFetches(plan, ({ node }) => (without.has(node) ? undefined : (joined.get(node) ?? node))) ?? plan;
}

/** Those that take the most of an entity last. */
function candidatesIn(plan: PlanNode, mayJoin: (fetch: PlannedFetch) => boolean): Candidate[] {
  const found = fetchesOf(plan).flatMap((fetch): Candidate[] => {
    const { node, path, isConditional } = fetch;
    const selection = isConditional || node.id !== undefined ? undefined : entitySelectionOf(node);
    const takes = selection && taken(node);
    if (!takes || !mayJoin(fetch)) return [];
    return [{ node, place: keyPath(path), takes, selection, lesser: [] }];
  });
  return found.toSorted((one, other) => one.takes.size - other.takes.size);
}

/** Undefined where it depends on an entity's type. */
function taken({ requires = [] }: FetchNode): ReadonlySet<string> | undefined {
  const [only, ...others] = requires;
  if (only?.kind !== 'InlineFragment' || others.length > 0) return undefined;
  return new Set(only.selections.map((selection: QueryPlanSelectionNode) => JSON.stringify(selection)));
}

function isWaitedFor({ place, selection }: Candidate, plan: PlanNode): boolean {
  const keys = selection.fields.map((field) => `${place}/${responseKeyOf(field)}`);
  const wanted = [...neededKeys(plan), ...fetchesOf(plan).map(({ path }) => keyPath(path))];
  return wanted.some((one) => keys.some((key) => one === key || one.startsWith(`${key}/`)));
}

function canTakeIn(greater: Candidate, one: Candidate): boolean {
  if (greater.node.serviceName !== one.node.serviceName || greater.place !== one.place) return false;
  if (greater.selection.typeName !== one.selection.typeName) return false;
  if (one.takes.size >= greater.takes.size || [...one.takes].some((key) => !greater.takes.has(key))) return false;
  const asked = fieldsOf(greater);
  return one.selection.fields.every((field) => isTypeName(field) || !asked.has(responseKeyOf(field)));
}

/** What it asks for together with what was taken in, by response key. */
function fieldsOf({ selection, lesser }: Candidate): ReadonlyMap<string, FieldNode> {
  const fields = [...lesser.flatMap((one) => one.selection.fields), ...selection.fields];
  return new Map(fields.map((field) => [responseKeyOf(field), field]));
}

function isTypeName({ name }: FieldNode): boolean {
  return name.value === '__typename';
}

function join(candidate: Candidate): JoinedFetch {
  const { node, selection, lesser } = candidate;
  const all = [...lesser, candidate];
  const declared = all.flatMap((one) => one.selection.operation.variableDefinitions ?? []);
  const operation = {
    ...withFields(selection, [...fieldsOf(candidate).values()]),
    variableDefinitions: [...new Map(declared.map((one) => [one.variable.name.value, one])).values()],
  };
  return {
    ...node,
    operation: stripIgnoredCharacters(print(operation)),
    variableUsages: [...new Set(all.flatMap((one) => one.node.variableUsages ?? []))],
    lesser: lesser.map((one) => one.node),
  };
}
