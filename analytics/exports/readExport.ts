import { z } from 'zod';
import { badUserInput } from '#platform/graphql/errors.ts';
import { platform } from '#schema/events/values.ts';
import type { By } from '../queries/cubes.ts';
import type { Interval } from '../queries/intervals.ts';
import type { Filter } from '../queries/scope.ts';
import type { Span } from '../queries/segments.ts';
import { checkPoints, readFilter, readRange } from '../resolvers/arguments.ts';

/** What is asked for: figures by interval, and by something else if wanted. */
export interface AskedExport {
  readonly span: Span;
  readonly filter: Filter;
  readonly interval: Interval;
  readonly by: By | undefined;
}

const instant = z.iso.datetime({ offset: true, error: 'is an instant, such as 2026-03-01T00:00:00Z' });
const list = z.array(z.string()).optional();
const lists = ['channelIds', 'platforms', 'agentIds', 'teamIds', 'labelIds'] as const;

const schema = z.strictObject({
  from: instant,
  to: instant,
  interval: z
    .enum(['MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH'], { error: 'is MINUTE, HOUR, DAY, WEEK or MONTH' })
    .default('DAY'),
  by: z.enum(['platform', 'agent', 'team', 'label'], { error: 'is platform, agent, team or label' }).optional(),
  channelIds: list,
  platforms: z.array(z.enum(platform.options, { error: `is one of ${platform.options.join(', ')}` })).optional(),
  agentIds: list,
  teamIds: list,
  labelIds: list,
});

/**
 * Reads a query of an address. Lists are given once for each value: `agentIds=…&agentIds=…`.
 *
 * @throws GraphQLError BAD_USER_INPUT
 */
export function readExport(search: URLSearchParams): AskedExport {
  const names = [...new Set(search.keys())];
  const given = Object.fromEntries(
    names.map((name) => {
      const values = search.getAll(name);
      return [name, isList(name) ? values : values.length === 1 ? values[0] : values];
    }),
  );
  const read = schema.safeParse(given);
  if (!read.success) {
    const [issue] = read.error.issues;
    if (issue?.code === 'unrecognized_keys') {
      throw badUserInput(`An export takes no '${issue.keys[0] ?? ''}'`, issue.keys[0]);
    }
    const field = String(issue?.path[0]);
    throw badUserInput(`'${field}' ${issue?.message ?? 'makes no sense'}`, field);
  }
  const { from, to, interval, by, ...filter } = read.data;
  const span = readRange({ from: new Date(from), to: new Date(to) });
  checkPoints(span, interval);
  return { span, filter: readFilter(filter), interval, by };
}

function isList(name: string): boolean {
  return lists.some((one) => one === name);
}
