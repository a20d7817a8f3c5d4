import type { DeferNode, FetchNode, PlanNode } from '@apollo/query-planner';
import { compileFetch, type FetchTools } from './compileFetch.ts';
import type { Path } from './places.ts';
import { inParallel, type Run, type Step } from './run.ts';

/** Makes steps of a plan, once for all its runs. */
export function compilePlan(node: PlanNode | undefined, tools: FetchTools): Step {
  return node ? compileNode(node, [], tools) : async () => undefined;
}

function compileNode(node: PlanNode, path: Path, tools: FetchTools): Step {
  switch (node.kind) {
    case 'Sequence':
      return inTurn(node.nodes.map((one) => compileNode(one, path, tools)));
    case 'Parallel':
      return inParallel(node.nodes.map((one) => compileNode(one, path, tools)));
    case 'Flatten':
      return compileNode(node.node, [...path, ...node.path], tools);
    case 'Condition': {
      const met = node.ifClause && compileNode(node.ifClause, path, tools);
      const notMet = node.elseClause && compileNode(node.elseClause, path, tools);
      const { condition } = node;
      return async (run) => (run.coerced[condition] === true ? met : notMet)?.(run);
    }
    case 'Fetch':
      return announced(node, compileFetch(node, path, tools));
    case 'Defer':
      return compileDefer(node, tools);
  }
}

/** Says when it is over, where parts that come later wait for it. */
function announced({ id }: FetchNode, step: Step): Step {
  if (id === undefined) return step;
  return async (run) => {
    await step(run);
    run.deferral?.fetched(id);
  };
}

function compileDefer({ primary, deferred }: DeferNode, tools: FetchTools): Step {
  const first = compilePlan(primary.node, tools);
  const parts = deferred.map(({ label = '', depends, node }) => ({
    id: label,
    needed: depends.map(({ id }) => id),
    fetch: compilePlan(node, tools),
  }));
  return async (run) => {
    const { deferral } = run;
    if (!deferral) throw new Error('the plan defers, and nobody takes what comes later');
    const done = first(run);
    const earlier = Promise.all([done, deferral.earlier]).then(() => undefined);
    for (const { id, needed, fetch } of parts) {
      deferral.later(id, earlier, async (later) => {
        await Promise.race([deferral.whenFetched(needed), earlier]);
        if (!deferral.isOver) await fetch(later);
      });
    }
    await done;
  };
}

function inTurn(steps: readonly Step[]): Step {
  return async (run: Run) => {
    for (const step of steps) {
      if (run.deferral?.isOver) return;
      await step(run);
    }
  };
}

/** The plan of a subscription, for one event: the event source answers the primary fetch, subgraphs the rest. */
export function planOfEvent(primary: FetchNode, rest: PlanNode | undefined): PlanNode {
  return rest ? { kind: 'Sequence', nodes: [primary, rest] } : primary;
}
