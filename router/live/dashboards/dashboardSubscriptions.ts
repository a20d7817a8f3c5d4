import { TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { dashboardId, readDashboard, type DashboardAsked } from '#schema/dashboards.ts';
import type { FiguresSignal } from '#schema/events/signals.ts';
import type { Executor } from '../../execution/executor.ts';
import { documentOf } from '../../execution/operationDefinition.ts';
import type { PreparedOperation } from '../../execution/prepareOperation.ts';
import { OperationError } from '../../operations/errors.ts';
import { sorted } from '../liveOperation.ts';
import { createSharedAnswers } from '../sharedAnswers.ts';
import { signalAnswer } from '../signalAnswer.ts';
import type { SignalFeed } from '../signalFeed.ts';
import type { SignalSubscriptions } from '../signalSubscriptions.ts';
import type { Subscription } from '../subscription.ts';

/** The field that shows a dashboard as it changes. */
export const DASHBOARD_FIELD = 'dashboardUpdates';

/** Also without a word that something has changed: it may have passed unheard, and who is there is there for longer. */
const AT_LEAST_EVERY_MS = 60_000;

/**
 * What is of the company, and not of who looks at it. What else a dashboard leads to, is shown to each as they may see it, but for the ids that
 * stand in the figures themselves.
 */
const figureTypes = new Set([
  'Subscription',
  'Dashboard',
  'DashboardTotals',
  'Deliveries',
  'Durations',
  'HandoffReason',
  'Point',
  'PlatformStats',
  'AgentStats',
  'TeamStats',
  'LabelStats',
]);
const named = new Set(['Agent', 'Team', 'Label']);

export function createDashboardSubscriptions(options: {
  readonly executor: Executor;
  readonly feed: SignalFeed<FiguresSignal>;
  readonly metrics: Metrics;
}): SignalSubscriptions {
  const { executor, feed, metrics } = options;
  const subscribers = metrics.gauge('switchboard_router_dashboards_subscriptions', 'Subscriptions to dashboards');
  const computed = metrics.counter(
    'switchboard_router_dashboards_computed_total',
    'Dashboards asked for, for all who look at the same',
  );
  const shared = createSharedAnswers({
    answer(subscription) {
      computed.inc();
      const id = dashboardId(dashboardIn(subscription));
      return signalAnswer(executor, subscription, { __typename: 'Dashboard', id });
    },
    listen(subscription, onChange) {
      const { range } = dashboardIn(subscription);
      const deaf = feed.listen(subscription.identity.companyId, ({ span }) => {
        if (!span || shows(range, span)) onChange();
      });
      const timer = setInterval(onChange, AT_LEAST_EVERY_MS);
      return () => {
        deaf();
        clearInterval(timer);
      };
    },
  });

  return {
    async subscribe(subscription, sink) {
      const end = shared.subscribe(keyOf(subscription), subscription, sink);
      subscribers.inc();
      return () => {
        end();
        subscribers.dec();
      };
    },
  };
}

/** @throws OperationError `BAD_USER_INPUT` when the arguments name no time. */
function dashboardIn({ args }: Subscription): DashboardAsked {
  const dashboard = readDashboard(args);
  if (!dashboard) throw OperationError.badUserInput('A range has two instants: "2026-03-01T09:30:00.000Z".', 'range');
  return dashboard;
}

/** The range, or the one before. */
function shows({ from, to }: DashboardAsked['range'], span: { readonly from: number; readonly to: number }): boolean {
  const length = to.getTime() - from.getTime();
  return span.from < to.getTime() && span.to > from.getTime() - length;
}

/** Who may see the same of it gets the same answer, as long as it has nothing of the inbox in it. */
function keyOf({ operation, variables, identity, args }: Subscription): string {
  const { kind, companyId, scopes } = identity;
  const role = identity.kind === 'agent' ? identity.role : undefined;
  const viewer = asksOnlyFigures(operation) ? { kind, companyId, role, scopes } : identity;
  return JSON.stringify([operation.key, sorted(variables), sorted(args), sorted(viewer)]);
}

function asksOnlyFigures(operation: PreparedOperation): boolean {
  const types = new TypeInfo(operation.schema);
  let only = true;
  visit(
    documentOf(operation),
    visitWithTypeInfo(types, {
      Field: ({ name }) => {
        const type = types.getParentType()?.name ?? '';
        only &&= figureTypes.has(type) || (named.has(type) && name.value === 'id');
      },
    }),
  );
  return only;
}
