import { z } from 'zod';
import { badUserInput } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { dashboardId, type DashboardAsked } from '#schema/dashboards.ts';
import type { TimeRange } from '../generated/resolvers.ts';
import { pointLimit, type Interval } from '../queries/intervals.ts';
import type { Filter } from '../queries/scope.ts';
import { wholeMinutes, type Span } from '../queries/segments.ts';
import type { DashboardRow } from '../rows.ts';
import { endYear, firstYear } from '../sink/eventRow.ts';

const MAX_RANGE_MS = 5 * 366 * 86_400_000;
const MAX_POINTS = 5_000;
const MAX_FIRST = 100;
/** More ids than a company has agents, teams or channels; the list becomes one parameter of a query. */
const MAX_IDS = 1_000;

/**
 * What somebody wants to see, of their own company.
 *
 * @throws GraphQLError BAD_USER_INPUT when that is nothing that can be shown: see {@link readRange} and {@link readFilter}.
 */
export function dashboardRow(asked: DashboardAsked | undefined, { companyId }: Identity): DashboardRow {
  if (!asked) throw badUserInput('This names no dashboard: ask by a range and a filter');
  return {
    id: dashboardId(asked),
    span: readRange(asked.range),
    scope: { companyId, filter: readFilter(asked.filter) },
  };
}

/** @throws GraphQLError BAD_USER_INPUT when the range is empty, too long, or where no event can be. */
export function readRange({ from, to }: TimeRange): Span {
  if (to <= from) throw badUserInput('The range ends before it begins: give a `to` after `from`', 'range.to');
  if (to.getTime() - from.getTime() > MAX_RANGE_MS) throw badUserInput('A range is at most five years', 'range');
  if (from.getTime() < Date.UTC(firstYear, 0) || to.getTime() > Date.UTC(endYear, 0)) {
    throw badUserInput(`A range lies between the years ${firstYear} and ${endYear}`, 'range');
  }
  return wholeMinutes({ from: from.getTime(), to: to.getTime() });
}

/** @throws GraphQLError BAD_USER_INPUT when an id is none, or there are too many. */
export function readFilter({ channelIds, platforms, agentIds, teamIds, labelIds }: Filter): Filter {
  return {
    channelIds: readIds('channelIds', channelIds),
    platforms,
    agentIds: readIds('agentIds', agentIds),
    teamIds: readIds('teamIds', teamIds),
    labelIds: readIds('labelIds', labelIds),
  };
}

/** @throws GraphQLError BAD_USER_INPUT when the series would have too many points. */
export function checkPoints(span: Span, interval: Interval): void {
  const points = pointLimit(span, interval);
  if (points > MAX_POINTS) {
    throw badUserInput(
      `A series has at most ${MAX_POINTS} points, and this range has ${points} of interval ${interval}: take a longer interval`,
      'interval',
    );
  }
}

/** @throws GraphQLError BAD_USER_INPUT when so many are never shown. */
export function checkFirst(first: number): void {
  if (first < 1 || first > MAX_FIRST) throw badUserInput(`\`first\` is 1 to ${MAX_FIRST}`, 'first');
}

function readIds(field: keyof Filter, ids: readonly string[] | null | undefined) {
  if (!ids) return undefined;
  if (ids.length > MAX_IDS) throw badUserInput(`At most ${MAX_IDS} ids`, `filter.${field}`);
  const wrong = ids.find((id) => !z.guid().safeParse(id).success);
  if (wrong !== undefined) throw badUserInput(`'${wrong}' is not an id`, `filter.${field}`);
  return ids;
}
