import { expect } from '@jest/globals';
import type { Filter } from '../queries/scope.ts';
import type { Span } from '../queries/segments.ts';
import type { Totals } from '../queries/totals.ts';
import type { Attendance, Fact } from './facts.ts';

type What = Fact['what'];
type DurationName = {
  [Name in keyof Totals]: Totals[Name] extends { readonly p50: unknown } ? Name : never;
}[keyof Totals];

const answers = ['sent', 'bot', 'echoed'] as const;

/** The facts of a span and a filter, picked one by one: what every rollup and every query has to agree with. */
export function pick(facts: readonly Fact[], span: Span, filter: Filter): Fact[] {
  return facts.filter(
    (fact) =>
      isIn(fact, span) && isOf(fact, filter) && admits(filter.agentIds, fact.what === 'echoed' ? null : fact.agentId),
  );
}

/** What the facts come to, but for percentiles. Handling is counted for who handled, whoever has it afterwards. */
export function recount(facts: readonly Fact[], span: Span, filter: Filter) {
  const here = pick(facts, span, filter);
  const count = (...what: What[]) => here.filter((fact) => what.includes(fact.what)).length;
  const resolved = count('resolved');
  const byBot = here.filter(({ what, touchedByAgent }) => what === 'resolved' && !touchedByAgent).length;
  return {
    conversationsOpened: count('opened'),
    conversationsResolved: resolved,
    conversationsLabelled: here.filter(({ what, labelIds }) => what === 'labelled' && labelIds.length > 0).length,
    messagesReceived: count('received'),
    messagesSent: count(...answers),
    botMessages: count('bot'),
    deliveries: {
      sent: count('dispatched'),
      delivered: count('delivered'),
      read: count('seen'),
      failed: count('failed'),
    },
    deliveryFailures: count('failed'),
    handoffs: count('handedOver'),
    unansweredQuestions: here.filter(({ what, unanswered }) => what === 'handedOver' && unanswered).length,
    answersRatedGood: ratings(here, 'GOOD'),
    answersRatedBad: ratings(here, 'BAD'),
    botResolutionRate: resolved === 0 ? null : byBot / resolved,
  } satisfies Partial<Totals>;
}

/** In seconds, the shortest first. */
export function measured(facts: readonly Fact[], span: Span, filter: Filter): Readonly<Record<DurationName, number[]>> {
  const here = pick(facts, span, filter);
  const of = (what: readonly What[], value: (fact: Fact) => number | null) =>
    sorted(here.filter((fact) => what.includes(fact.what)).map(value));
  const [seconds, business] = [(fact: Fact) => fact.seconds, (fact: Fact) => fact.businessSeconds];
  const unless = (left: boolean, value: (fact: Fact) => number | null) => (fact: Fact) =>
    fact.isNext === left ? null : value(fact);
  return {
    firstResponse: of(answers, unless(true, seconds)),
    firstResponseInBusinessHours: of(answers, unless(true, business)),
    nextResponse: of(answers, unless(false, seconds)),
    nextResponseInBusinessHours: of(answers, unless(false, business)),
    resolution: of(['resolved'], seconds),
    resolutionInBusinessHours: of(['resolved'], business),
    queueWait: of(['assigned'], seconds),
    queueWaitInBusinessHours: of(['assigned'], business),
    handling: handling(facts, span, filter),
  };
}

/** For how many seconds an agent was that within a span; what they became last they are still. */
export function secondsAs(
  state: Attendance['is'],
  attendance: readonly Attendance[],
  agentId: string,
  { from, to }: Span,
): number {
  const theirs = attendance.filter((one) => one.agentId === agentId);
  const last = theirs.at(-1);
  const parts = [
    ...theirs.map(({ was, since, until }) => ({ is: was, since: since.getTime(), until: until.getTime() })),
    ...(last ? [{ is: last.is, since: last.until.getTime(), until: Date.now() }] : []),
  ];
  return parts
    .filter(({ is }) => is === state)
    .reduce((sum, { since, until }) => sum + Math.max(0, Math.min(until, to) - Math.max(since, from)) / 1_000, 0);
}

export function average(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Percentiles only within bounds, since the engine interpolates between neighbours. */
export function expectFigures(found: Totals, facts: readonly Fact[], span: Span, filter: Filter): void {
  expect(found).toMatchObject(recount(facts, span, filter));
  expect(Object.fromEntries(found.handoffReasons.map(({ reason, count }) => [reason, count]))).toEqual(
    reasonsOf(pick(facts, span, filter)),
  );
  const durations = measured(facts, span, filter);
  for (const name of Object.keys(durations) as DurationName[]) expectDurations(found[name], durations[name]);
}

/** How often it was said, without what no longer holds. */
function ratings(facts: readonly Fact[], wanted: Fact['rating']): number {
  const all = facts.filter(({ what }) => what === 'rated');
  const given = all.filter(({ rating }) => rating === wanted).length;
  return Math.max(0, given - all.filter(({ previous }) => previous === wanted).length);
}

function reasonsOf(facts: readonly Fact[]): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { what, reason } of facts) if (what === 'handedOver') reasons[reason] = (reasons[reason] ?? 0) + 1;
  return reasons;
}

function expectDurations(found: Totals[DurationName], seconds: readonly number[]): void {
  expect(found.count).toBe(seconds.length);
  if (seconds.length === 0) {
    expect(found).toEqual({ count: 0, total: 0, average: null, p50: null, p90: null, p95: null });
    return;
  }
  expect(found.average).toBeCloseTo(average(seconds) ?? NaN, 6);
  expect(found.total).toBeCloseTo(
    seconds.reduce((sum, value) => sum + value, 0),
    6,
  );
  const [lowest = NaN] = seconds;
  for (const [value, level] of [
    [found.p50, 0.5],
    [found.p90, 0.9],
    [found.p95, 0.95],
  ] as const) {
    const rank = level * (seconds.length - 1);
    expect(value).toBeGreaterThanOrEqual(Math.fround(seconds[Math.floor(rank) - 1] ?? lowest));
    expect(value).toBeLessThanOrEqual(Math.fround(seconds[Math.ceil(rank) + 1] ?? seconds.at(-1) ?? NaN));
  }
}

const endsHandling: readonly What[] = ['resolved', 'snoozed', 'assigned'];

function handling(facts: readonly Fact[], span: Span, filter: Filter): number[] {
  const ended = facts.flatMap((fact) => {
    const { handled } = fact;
    const counts = handled && endsHandling.includes(fact.what) && isIn(fact, span) && isOf(fact, filter);
    return counts && admits(filter.agentIds, handled.agentId) ? [handled.seconds] : [];
  });
  return sorted(ended);
}

function isIn({ at }: Fact, { from, to }: Span): boolean {
  return at.getTime() >= from && at.getTime() < to;
}

function isOf({ channelId, platform, teamId, labelIds }: Fact, filter: Filter): boolean {
  return (
    admits(filter.channelIds, channelId) &&
    admits(filter.platforms, platform) &&
    admits(filter.teamIds, teamId) &&
    (filter.labelIds == null || filter.labelIds.some((id) => labelIds.includes(id)))
  );
}

function sorted(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null).toSorted((a, b) => a - b);
}

function admits(list: readonly string[] | null | undefined, value: string | null): boolean {
  return list == null || (value !== null && list.includes(value));
}
