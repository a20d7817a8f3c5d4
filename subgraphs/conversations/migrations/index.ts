import type { MigrationList } from '#platform/postgres/provision.ts';
import { Inbox } from './20261123_inbox.ts';
import { Platforms } from './20261125_platforms.ts';
import { Activities } from './20261126_activities.ts';
import { TeamLimits } from './20261126_team_limits.ts';

export const migrations: MigrationList = [
  { name: '20261123_inbox', class: Inbox },
  { name: '20261125_platforms', class: Platforms },
  { name: '20261126_activities', class: Activities },
  { name: '20261126_team_limits', class: TeamLimits },
];
