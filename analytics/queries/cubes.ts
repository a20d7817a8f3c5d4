import { cubes, type Cube } from '../rollups.ts';
import type { Filter } from './scope.ts';

/** By what figures are kept apart. */
export type By = 'platform' | 'agent' | 'team' | 'label';

/** What figures of each thing are grouped by, in a row of a cube. */
export const groupColumns: Readonly<Record<By, string>> = {
  platform: 'platform',
  agent: 'toString(agent_id)',
  team: 'toString(team_id)',
  label: 'toString(arrayJoin(labels))',
};

const columnOf = { platform: 'platform', agent: 'agent_id', team: 'team_id', label: 'labels' } as const;

/**
 * The cube with the fewest rows that answers: it knows everything that is narrowed by and grouped by. In `label` an event stands once
 * for each of its labels, so it answers for one label, or for each by itself, and never for any of several.
 */
export function cubeFor(filter: Filter, by?: By): Cube {
  const wanted = new Set<string>(by ? [columnOf[by]] : []);
  if (filter.channelIds != null) wanted.add('channel_id');
  if (filter.platforms != null) wanted.add('platform');
  if (filter.agentIds != null) wanted.add('agent_id');
  if (filter.teamIds != null) wanted.add('team_id');
  if (filter.labelIds != null) {
    wanted.add('labels');
    if (by === 'label' || new Set(filter.labelIds).size > 1) return 'full';
  }
  const fitting = (Object.keys(cubes) as Cube[]).find((cube) => {
    const known: readonly string[] = cubes[cube];
    return [...wanted].every((column) => known.includes(column));
  });
  return fitting ?? 'full';
}
