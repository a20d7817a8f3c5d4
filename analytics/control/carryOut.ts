import type { ClickHouseClient } from '@clickhouse/client';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Check, Verdict } from '../check/createCheck.ts';
import type { Layout } from '../clickhouse/ddl.ts';
import type { Span } from '../queries/segments.ts';
import type { Rebuild } from '../rebuild/createRebuild.ts';
import { setPlan } from '../retention/setPlan.ts';
import type { Carry } from './createControl.ts';

/** So many of what differs are told. */
const MOST = 50;

/** What each request does, and what it answers. */
export function carryOut(deps: {
  readonly nats: NatsPart;
  readonly clickhouse: ClickHouseClient;
  readonly layout: Layout;
  readonly check: Check;
  readonly rebuild: Rebuild;
}): Carry {
  return async (request, progress, signal) => {
    switch (request.action) {
      case 'rebuild':
        return deps.rebuild(spanOf(request.span), progress, signal);
      case 'check':
        return said(await deps.check.look(spanOf(request.span), signal));
      case 'plan':
        await setPlan({ ...deps, client: deps.clickhouse }, request.companyId.toLowerCase(), request.plan);
        return `Events are kept for ${String(request.plan.eventsDays)} days, figures for ${String(request.plan.figuresDays)}.`;
    }
  };
}

/** @throws Error that lists what is not equal */
function said({ outcome, differences }: Verdict): string {
  if (outcome === 'SOUND') return 'Events, figures and the stream agree.';
  if (outcome === 'BEHIND') return 'Events and figures agree; the stream has more than is written yet.';
  const lines = differences.slice(0, MOST).map((difference) => JSON.stringify(difference));
  throw new Error(`${String(differences.length)} counts are not equal:\n${lines.join('\n')}`);
}

function spanOf({ from, to }: { readonly from: string; readonly to: string }): Span {
  return { from: Date.parse(from), to: Date.parse(to) };
}
