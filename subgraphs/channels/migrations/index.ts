import type { MigrationList } from '#platform/postgres/provision.ts';
import { CompanyHours } from './20261126_company_hours.ts';
import { FileEnds } from './20261126_file_ends.ts';
import { RevisedMessages } from './20261126_revised_messages.ts';
import { Revisions } from './20261126_revisions.ts';
import { Uploads } from './20261126_uploads.ts';
import { Watermarks } from './20261126_watermarks.ts';
import { CreateChannels } from './createChannels.ts';
import { Platforms } from './platforms.ts';

export const migrations: MigrationList = [
  { name: 'CreateChannels', class: CreateChannels },
  { name: 'Platforms', class: Platforms },
  { name: '20261126_watermarks', class: Watermarks },
  { name: '20261126_file_ends', class: FileEnds },
  { name: '20261126_revisions', class: Revisions },
  { name: '20261126_uploads', class: Uploads },
  { name: '20261126_revised_messages', class: RevisedMessages },
  { name: '20261126_company_hours', class: CompanyHours },
];
