import type { MigrationList } from '#platform/postgres/provision.ts';
import { Inbox } from './20261123_inbox.ts';
import { Platforms } from './20261125_platforms.ts';
import { Activities } from './20261126_activities.ts';
import { TeamLimits } from './20261126_team_limits.ts';
import { Directory } from './20261126_directory.ts';
import { Settings } from './20261126_settings.ts';
import { Audit } from './20261126_audit.ts';
import { Contacts } from './20261126_contacts.ts';
import { Merges } from './20261126_merges.ts';
import { Privacy } from './20261126_privacy.ts';
import { CannedResponses } from './20261126_canned_responses.ts';
import { Drafts } from './20261126_drafts.ts';
import { Mentions } from './20261126_mentions.ts';
import { Notifications } from './20261126_notifications.ts';

export const migrations: MigrationList = [
  { name: '20261123_inbox', class: Inbox },
  { name: '20261125_platforms', class: Platforms },
  { name: '20261126_activities', class: Activities },
  { name: '20261126_settings', class: Settings },
  { name: '20261126_directory', class: Directory },
  { name: '20261126_contacts', class: Contacts },
  { name: '20261126_merges', class: Merges },
  { name: '20261126_audit', class: Audit },
  { name: '20261126_privacy', class: Privacy },
  { name: '20261126_mentions', class: Mentions },
  { name: '20261126_notifications', class: Notifications },
  { name: '20261126_canned_responses', class: CannedResponses },
  { name: '20261126_drafts', class: Drafts },
  { name: '20261126_team_limits', class: TeamLimits },
];
