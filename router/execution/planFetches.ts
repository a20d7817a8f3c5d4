import type { FetchNode, PlanNode } from '@apollo/query-planner';
import type { Path } from './places.ts';

/** One fetch of a plan. */
export interface PlannedFetch {
  readonly node: FetchNode;
  /** Where the objects stand that it is for. */
  readonly path: Path;
  /** It is made under a condition, or later than the rest, so that nobody may count on it. */
  readonly isConditional: boolean;
}

/** All fetches of a plan, in its order. */
export function fetchesOf(plan: PlanNode | undefined): PlannedFetch[] {
  const found: PlannedFetch[] = [];
  if (plan) collect(plan, [], false, found);
  return found;
}

function collect(node: PlanNode, path: Path, isConditional: boolean, found: PlannedFetch[]): void {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      for (const one of node.nodes) collect(one, path, isConditional, found);
      return;
    case 'Flatten':
      collect(node.node, [...path, ...node.path], isConditional, found);
      return;
    case 'Condition':
      if (node.ifClause) collect(node.ifClause, path, true, found);
      if (node.elseClause) collect(node.elseClause, path, true, found);
      return;
    case 'Fetch':
      found.push({ node, path, isConditional });
      return;
    case 'Defer':
      if (node.primary.node) collect(node.primary.node, path, isConditional, found);
      for (const { node: later } of node.deferred) if (later) collect(later, path, true, found);
  }
}
