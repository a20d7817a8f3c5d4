import { operationFromDocument } from '@apollo/federation-internals';
import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { getOperationAST, validate, type DocumentNode } from 'graphql';
import { nodesOf } from '../execution/deferred/planNodes.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { compileCost } from './cost.ts';
import { parseWithin } from './documents.ts';
import type { OperationLimits } from './limits.ts';
import { operationRules } from './rules.ts';

/** What is known of an operation before anybody runs it. */
export type Examined =
  | {
      readonly problems: readonly [];
      /** With the defaults of its variables. */
      readonly cost: number;
      /** How many requests to subgraphs it takes. */
      readonly fetches: number;
    }
  | { readonly problems: readonly string[] };

/** Looks at an operation as a request would: validates it, estimates its cost and plans it. Says everything that keeps it from running. */
export function examineOperation(
  snapshot: GraphSnapshot,
  { body, limits, maxCost }: { readonly body: string; readonly limits: OperationLimits; readonly maxCost: number },
): Examined {
  try {
    const document = parseWithin(body, limits.tokens);
    const errors = validate(snapshot.schema, document, operationRules(limits));
    if (errors.length > 0) return { problems: errors.map(({ message }) => message) };
    const cost = costWithDefaults(snapshot, document);
    if (cost > maxCost) return { problems: [`It costs ${String(cost)} a call, and at most ${String(maxCost)} fit.`] };
    const operation = operationFromDocument(snapshot.apiSchema, document);
    return { problems: [], cost, fetches: countFetches(snapshot.planner.buildQueryPlan(operation)) };
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
}

/** What is required and has no default counts as if it were left out: lists are then as long as they are assumed to be. */
function costWithDefaults({ supergraphSchema }: GraphSnapshot, document: DocumentNode): number {
  return compileCost(supergraphSchema, document, getOperationAST(document)?.name?.value)({});
}

function countFetches({ node }: QueryPlan): number {
  return node ? countIn(node) : 0;
}

function countIn(node: PlanNode | SubscriptionNode): number {
  switch (node.kind) {
    case 'Fetch':
      return 1;
    case 'Flatten':
      return countIn(node.node);
    case 'Sequence':
    case 'Parallel':
      return node.nodes.reduce((sum, one) => sum + countIn(one), 0);
    case 'Subscription':
      return 1 + (node.rest ? countIn(node.rest) : 0);
    case 'Condition':
      return Math.max(...[node.ifClause, node.elseClause].map((clause) => (clause ? countIn(clause) : 0)));
    case 'Defer':
      return nodesOf(node).reduce((sum, one) => sum + countIn(one), 0);
  }
}
