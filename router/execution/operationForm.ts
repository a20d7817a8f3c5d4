import { operationFromDocument } from '@apollo/federation-internals';
import type { PlanNode } from '@apollo/query-planner';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { Variables } from '../operations/variables.ts';
import { createAskedFields } from './askedFields.ts';
import type { Collector } from './collectFields.ts';
import type { FetchTools } from './compileFetch.ts';
import { compilePlan, planOfEvent } from './compilePlan.ts';
import { conditionalKeys } from './conditionalKeys.ts';
import { byVariables, conditionNames } from './conditions.ts';
import { joinFetches } from './joinFetches.ts';
import { knownTypes, withoutKnownTypes } from './knownTypes.ts';
import { limitOf } from './lasting.ts';
import { neededKeys } from './narrowFetch.ts';
import { documentOf, type OperationDefinition } from './operationDefinition.ts';
import type { PlannedFetch } from './planFetches.ts';
import { givePrivateKeys } from './privateKeys.ts';
import type { OperationSource } from './prepareOperation.ts';
import type { Denials } from './requirements.ts';
import { rootEntities } from './rootEntities.ts';
import type { Step } from './run.ts';
import type { Source } from './source.ts';
import type { IsOfType } from './typeConditions.ts';
import { withoutDenied } from './withoutDenied.ts';

/** What operations of one version of the graph are made with. */
export interface FormTools {
  readonly snapshot: GraphSnapshot;
  readonly sources: Readonly<Record<string, Source>>;
  readonly isOfType: IsOfType;
  /** Told why an operation cannot be planned in the parts that it asks for; it is answered at once. */
  readonly onUndeferrable: (error: unknown, source: OperationSource) => void;
}

/** An operation as it is planned, fetched and answered. */
export function createForm(
  { operation, fragments }: OperationDefinition,
  { snapshot, sources, isOfType }: Omit<FormTools, 'onUndeferrable'>,
) {
  const { schema } = snapshot;
  const document = documentOf({ operation, fragments });
  const keys = givePrivateKeys(schema, document);
  const rootType = schema.getRootType(operation.operation);
  if (!rootType) throw new Error(`the operation is valid, but the schema has no ${operation.operation}`);
  const response = (conditions: Variables, denials: Denials | undefined) => ({
    collector: { schema, fragments, conditions } satisfies Collector,
    rootType,
    selectionSet: operation.selectionSet,
    keyOf: keys.keyOf,
    denials,
  });
  // Of the whole document: what is denied may have the only condition.
  const conditions = conditionNames(document);
  const client: Pick<FetchTools, 'responseKeys' | 'asked' | 'hasConditions'> = {
    ...keys,
    asked: byVariables(conditions, (coerced) => createAskedFields(response(coerced, undefined))),
    hasConditions: conditions.length > 0,
  };
  /** Who waits for something to be made does not let others wait. */
  const mayJoin = ({ node, path }: PlannedFetch): boolean =>
    conditions.length === 0 &&
    !client.asked({}).isAmbiguous(path) &&
    limitOf(snapshot.lasting, snapshot.supergraphSchema, node.operation) === undefined;
  return {
    document,
    rootType,
    response,
    plan(denials: Denials | undefined): { readonly node: PlanNode | undefined; readonly run: Step } {
      const permitted = denials ? withoutDenied(schema, keys.document, denials) : keys.document;
      const { node } = snapshot.planner.buildQueryPlan(operationFromDocument(snapshot.apiSchema, permitted));
      const planned = node?.kind === 'Subscription' ? planOfEvent(node.primary, node.rest) : node;
      const types = knownTypes(planned, snapshot.supergraphSchema);
      const plan = planned && joinFetches(withoutKnownTypes(planned, types), mayJoin);
      const run = compilePlan(plan, {
        schema: snapshot.supergraphSchema,
        lasting: snapshot.lasting,
        sources,
        isOfType,
        conditional: conditionalKeys(plan, snapshot.supergraphSchema),
        types,
        needed: neededKeys(plan),
        rootEntities: rootEntities(plan, snapshot.supergraphSchema),
        ...client,
      });
      return { node: plan, run };
    },
  };
}
