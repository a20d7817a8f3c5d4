import type { Filter } from '../queries/scope.ts';
import type { Span } from '../queries/segments.ts';
import type { Fact } from './facts.ts';

/** The facts of a span and a filter, picked one by one: what every rollup and every query has to agree with. */
export function pick(facts: readonly Fact[], span: Span, filter: Filter): Fact[] {
  return facts.filter(
    (fact) =>
      fact.at.getTime() >= span.from &&
      fact.at.getTime() < span.to &&
      admits(filter.channelIds, fact.channelId) &&
      admits(filter.platforms, fact.platform) &&
      admits(filter.agentIds, fact.what === 'echoed' ? null : fact.agentId) &&
      admits(filter.teamIds, fact.teamId),
  );
}

export function count(facts: readonly Fact[], ...what: Fact['what'][]): number {
  return facts.filter((fact) => what.includes(fact.what)).length;
}

/** Sorted; seconds. */
export function durations(facts: readonly Fact[], ...what: Fact['what'][]): number[] {
  return facts
    .filter((fact) => what.includes(fact.what))
    .map((fact) => fact.seconds)
    .filter((seconds) => seconds !== null)
    .toSorted((a, b) => a - b);
}

export function average(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function admits(list: readonly string[] | null | undefined, value: string | null): boolean {
  return list == null || (value !== null && list.includes(value));
}
