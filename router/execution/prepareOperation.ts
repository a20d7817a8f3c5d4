import { operationFromDocument } from '@apollo/federation-internals';
import {
  executeSync,
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { rootFieldsOf } from '#platform/graphql/rootFields.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { OperationError } from '../operations/errors.ts';
import type { Variables } from '../operations/variables.ts';
import { createAskedFields } from './askedFields.ts';
import { collectFields, type Collector } from './collectFields.ts';
import type { FetchTools } from './compileFetch.ts';
import { conditionalKeys } from './conditionalKeys.ts';
import { compilePlan, planOfEvent } from './compilePlan.ts';
import { neededKeys } from './narrowFetch.ts';
import { givePrivateKeys } from './privateKeys.ts';
import type { Denials } from './requirements.ts';
import { compileResponse, type WriteResponse } from './responseWriter.ts';
import type { Step } from './run.ts';
import type { Source } from './source.ts';
import type { IsOfType } from './typeConditions.ts';
import { touches, withoutDenied } from './withoutDenied.ts';
import type { Data } from './merge.ts';

/** A validated document with the operation in it that is meant. */
export interface OperationSource {
  /** Identifies the document's text: its SHA-256. */
  readonly hash: string;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
}

/** An operation as far as its document goes. */
export interface OperationDefinition {
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
}

/** An operation with its plan, ready to run any number of times. */
export interface PreparedOperation extends OperationDefinition {
  readonly source: OperationSource;
  /** Equal for equal text and operation name. */
  readonly key: string;
  /** What it was validated against. */
  readonly schema: GraphQLSchema;
  /**
   * The operation as somebody may run it.
   *
   * @throws OperationError when it is a subscription that they may not have.
   */
  readonly permittedTo: (identity: Identity | undefined) => PermittedOperation;
  /** What the operation asks of the schema itself. */
  readonly introspect: (coerced: Variables) => Data;
}

/** What of an operation is done for all who may see the same of it. */
export interface PermittedOperation {
  /** Fetches what the operation asks for; for a subscription, what it asks for of one event. */
  readonly run: Step;
  /** By the values that `@skip` and `@include` have. */
  writer(coerced: Variables): WriteResponse;
}

/** Of those who may see different things of it; there are about as many as there are roles and kinds of partners. */
const KEPT_PERMITTED = 32;
/** An operation with many conditions has more ways to be answered than are worth keeping. */
const KEPT_COMBINATIONS = 32;

/** @throws GraphQLError when the planner finds that the operation cannot be run. */
export function prepareOperation(
  source: OperationSource,
  definition: OperationDefinition,
  {
    snapshot,
    sources,
    isOfType,
  }: {
    readonly snapshot: GraphSnapshot;
    readonly sources: Readonly<Record<string, Source>>;
    readonly isOfType: IsOfType;
  },
): PreparedOperation {
  const { operation, fragments } = definition;
  const { schema } = snapshot;
  const only: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...Object.values(fragments)] };
  const keys = givePrivateKeys(schema, only);
  const rootType = schema.getRootType(operation.operation);
  if (!rootType) throw new Error(`the operation is valid, but the schema has no ${operation.operation}`);
  const collectorFor = (conditions: Variables): Collector => ({ schema, fragments, conditions });
  const { selectionSet } = operation;

  const asked = byConditions(only, (coerced) =>
    createAskedFields({ collector: collectorFor(coerced), rootType, selectionSet, keyOf: keys.keyOf }),
  );

  // Of the whole document, as `asked` is: what is denied may have the only condition.
  const hasConditions = conditionNames(only).length > 0;

  /** @param denials Undefined: everything may be seen. */
  const permit = (denials: Denials | undefined): PermittedOperation => {
    const document = denials ? withoutDenied(schema, keys.document, denials) : keys.document;
    return {
      run: compileRun(document, { ...keys, asked, hasConditions }, { snapshot, sources, isOfType }),
      writer: byConditions(only, (coerced) =>
        compileResponse({ collector: collectorFor(coerced), rootType, selectionSet, keyOf: keys.keyOf, denials }),
      ),
    };
  };

  const whole = permit(undefined);
  const permitted = new LRUCache<string, PermittedOperation>({ max: KEPT_PERMITTED });
  const { requirements } = snapshot;

  return {
    ...definition,
    source,
    schema,
    key: `${source.hash}:${source.operationName ?? ''}`,
    permittedTo(identity) {
      if (!requirements.any) return whole;
      const denials = requirements.denialsFor(identity);
      let known = permitted.get(denials.key);
      if (!known) {
        refuseSubscription(only, operation, rootType, denials);
        known = touches(schema, only, denials) ? permit(denials) : whole;
        permitted.set(denials.key, known);
      }
      return known;
    },
    introspect(coerced) {
      if (!asksOfSchema(only)) return {};
      const fields = [...collectFields(collectorFor(coerced), rootType, [selectionSet]).values()].flat();
      return introspect(snapshot, definition, fields.filter(isOfSchema), coerced);
    },
  };
}

function compileRun(
  document: DocumentNode,
  client: Pick<FetchTools, 'responseKeys' | 'asked' | 'hasConditions'>,
  { snapshot, sources, isOfType }: Parameters<typeof prepareOperation>[2],
): Step {
  const { node } = snapshot.planner.buildQueryPlan(operationFromDocument(snapshot.apiSchema, document));
  const plan = node?.kind === 'Subscription' ? planOfEvent(node.primary, node.rest) : node;
  return compilePlan(plan, {
    schema: snapshot.supergraphSchema,
    sources,
    isOfType,
    conditional: conditionalKeys(plan),
    needed: neededKeys(plan),
    ...client,
  });
}

/** Made once for each combination of what `@skip` and `@include` ask for. */
function byConditions<T extends object>(document: DocumentNode, make: (coerced: Variables) => T) {
  const names = conditionNames(document);
  const made = new LRUCache<string, T>({ max: KEPT_COMBINATIONS });
  return (coerced: Variables): T => {
    const key = names.map((name) => (coerced[name] === true ? '1' : '0')).join('');
    const one = made.get(key) ?? make(coerced);
    made.set(key, one);
    return one;
  };
}

/** There is nothing to be told of one, and no event could be executed. */
function refuseSubscription(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  rootType: GraphQLObjectType,
  denials: Denials,
): void {
  if (operation.operation !== 'subscription') return;
  for (const { name } of rootFieldsOf(document, operation)) {
    const denied = denials.field(rootType.name, name.value);
    if (denied) throw OperationError.unauthorizedField(denied.text);
  }
}

/** The variables that `@skip` and `@include` ask for. */
function conditionNames(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

function asksOfSchema(document: DocumentNode): boolean {
  let asks = false;
  visit(document, {
    Field(field) {
      asks ||= isOfSchema(field);
    },
  });
  return asks;
}

function isOfSchema({ name }: FieldNode): boolean {
  return name.value === '__schema' || name.value === '__type';
}

/** By response key: nobody plans these, graphql-js answers them from the schema. */
function introspect(
  { schema }: GraphSnapshot,
  { operation, fragments }: OperationDefinition,
  selections: readonly FieldNode[],
  coerced: Variables,
): Data {
  if (selections.length === 0) return {};
  const asked: OperationDefinitionNode = {
    ...operation,
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [asked, ...Object.values(fragments)] };
  return { ...executeSync({ schema, document, variableValues: coerced }).data };
}
