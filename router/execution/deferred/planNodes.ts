import type { DeferNode, PlanNode } from '@apollo/query-planner';

/** What comes at once of a plan that defers, and what comes later. */
export function nodesOf({ primary, deferred }: DeferNode): PlanNode[] {
  return [primary, ...deferred].flatMap(({ node }) => node ?? []);
}

/** The parts that come later, by the ids that the planner was given. */
export function partIds(node: PlanNode | undefined): Set<string> {
  const ids = new Set<string>();
  function collect(one: PlanNode): void {
    if (one.kind === 'Sequence' || one.kind === 'Parallel') one.nodes.forEach(collect);
    if (one.kind !== 'Defer') return;
    for (const { label } of one.deferred) if (label !== undefined) ids.add(label);
    nodesOf(one).forEach(collect);
  }
  if (node) collect(node);
  return ids;
}
