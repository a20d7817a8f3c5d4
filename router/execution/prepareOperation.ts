import type { DocumentNode, GraphQLObjectType, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { rootFieldsOf } from '#platform/graphql/rootFields.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { OperationError } from '../operations/errors.ts';
import type { Variables } from '../operations/variables.ts';
import { collectFields, type Collector } from './collectFields.ts';
import { byVariables, conditionNames } from './conditions.ts';
import { deferConditions, deferring, hasDeferred, withoutDeferred } from './deferred/deferredFragments.ts';
import { compilePart, type DeferredPart } from './deferred/deferredParts.ts';
import { partIds } from './deferred/planNodes.ts';
import { asksOfSchema, introspect, isOfSchema } from './introspection.ts';
import { limitIn } from './lasting.ts';
import type { Data } from './merge.ts';
import { definitionIn, documentOf, type OperationDefinition } from './operationDefinition.ts';
import { createForm, type FormTools } from './operationForm.ts';
import { compilePersonal } from './personal.ts';
import type { Denials } from './requirements.ts';
import { compileResponse, type WriteResponse } from './responseWriter.ts';
import type { Step } from './run.ts';
import { touches } from './withoutDenied.ts';

/** A validated document with the operation in it that is meant. */
export interface OperationSource {
  /** Identifies the document's text: its SHA-256. */
  readonly hash: string;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
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
  /** Whether it asks for anything that is another thing for each who looks; else its answers are the same for equal rights. */
  readonly isPersonal: (variables: Variables) => boolean;
  /** It only reads, and something that is made while somebody waits for it: who leaves ends it. Of a subscription, for each event. */
  readonly endsWithAsker: boolean;
  /** What the operation asks of the schema itself. */
  readonly introspect: (coerced: Variables) => Data;
}

/** What of an operation is done for all who may see the same of it. */
export interface PermittedOperation {
  /** Fetches what the operation asks for; for a subscription, what it asks for of one event. */
  readonly run: Step;
  /** By the values that `@skip` and `@include` have. */
  writer(coerced: Variables): WriteResponse;
  /** The same in parts, where `@defer` asks for it; undefined: nothing of it can come later. */
  deferring(coerced: Variables): DeferringRun | undefined;
}

/** An operation of which parts come later. */
export interface DeferringRun {
  readonly run: Step;
  /** What comes at once. */
  readonly write: WriteResponse;
  /** By its id, as the plan names it. */
  readonly partOf: (id: string) => DeferredPart;
}

/** Of those who may see different things of it; there are about as many as there are roles and kinds of partners. */
const KEPT_PERMITTED = 32;
/** @throws GraphQLError when the planner finds that the operation cannot be run. */
export function prepareOperation(
  source: OperationSource,
  definition: OperationDefinition,
  tools: FormTools,
): PreparedOperation {
  const { schema, supergraphSchema, requirements, personal, lasting } = tools.snapshot;
  const asWritten = documentOf(definition);
  const defers = hasDeferred(asWritten);
  const atOnce = defers ? definitionIn(withoutDeferred(asWritten)) : definition;
  const form = createForm(atOnce, tools);
  const { rootType, document } = form;
  const { operation } = atOnce;

  /** @param denials Undefined: everything may be seen. */
  const permit = (denials: Denials | undefined): PermittedOperation => {
    const inParts = byVariables(
      [...conditionNames(asWritten), ...deferConditions(asWritten)],
      (coerced): { readonly run: DeferringRun | undefined } => ({
        run: prepareDeferring(source, definition, coerced, { tools, denials }),
      }),
    );
    return {
      run: form.plan(denials).run,
      writer: byVariables(conditionNames(document), (coerced) => compileResponse(form.response(coerced, denials))),
      deferring: (coerced) => (defers ? inParts(coerced).run : undefined),
    };
  };

  const isOfItsSchema = asksOfSchema(document);
  const whole = permit(undefined);
  const permitted = new LRUCache<string, PermittedOperation>({ max: KEPT_PERMITTED });

  return {
    ...atOnce,
    source,
    schema,
    key: `${source.hash}:${source.operationName ?? ''}`,
    isPersonal: compilePersonal(schema, personal, atOnce),
    endsWithAsker: operation.operation !== 'mutation' && limitIn(lasting, supergraphSchema, asWritten) !== undefined,
    permittedTo(identity) {
      if (!requirements.any) return whole;
      const denials = requirements.denialsFor(identity);
      let known = permitted.get(denials.key);
      if (!known) {
        refuseSubscription(document, operation, rootType, denials);
        known = touches(schema, document, denials) ? permit(denials) : whole;
        permitted.set(denials.key, known);
      }
      return known;
    },
    introspect(coerced) {
      if (!isOfItsSchema) return {};
      const { collector, selectionSet } = form.response(coerced, undefined);
      const fields = [...collectFields(collector, rootType, [selectionSet]).values()].flat();
      return introspect(tools.snapshot, atOnce, fields.filter(isOfSchema), coerced);
    },
  };
}

/** The operation in the parts in which it comes when its variables have these values; undefined: it comes at once. */
function prepareDeferring(
  source: OperationSource,
  definition: OperationDefinition,
  coerced: Variables,
  { tools, denials }: { readonly tools: FormTools; readonly denials: Denials | undefined },
): DeferringRun | undefined {
  const { operation, fragments } = deferring(definition, coerced);
  if (fragments.length === 0) return undefined;
  const form = createForm({ operation, fragments: {} }, tools);
  const planned = planIfPossible(form, denials, (error) => tools.onUndeferrable(error, source));
  if (!planned) return undefined;
  const { node, run } = planned;
  const ids = partIds(node);
  const later = fragments.filter(({ id }) => ids.has(id));
  const response = form.response(coerced, denials);
  const collector: Collector = { ...response.collector, later: new Set(later.map(({ fragment }) => fragment)) };
  const parts = new Map(later.map((one) => [one.id, compilePart(one, { ...response, collector })]));
  return {
    run,
    write: compileResponse({ ...response, collector }),
    partOf(id) {
      const part = parts.get(id);
      if (!part) throw new Error(`the plan has a part ${id} that the operation does not have`);
      return part;
    },
  };
}

/**
 * The planner fails at some operations only because of what they defer: where a field at once and one that comes later require the
 * same. Whoever defers must be ready to get it at once.
 */
function planIfPossible(
  form: ReturnType<typeof createForm>,
  denials: Denials | undefined,
  onFailure: (error: unknown) => void,
) {
  try {
    return form.plan(denials);
  } catch (error) {
    onFailure(error);
    return undefined;
  }
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
