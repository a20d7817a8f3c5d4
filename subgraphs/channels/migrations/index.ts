import type { MigrationList } from '#platform/postgres/provision.ts';
import { CreateChannels } from './createChannels.ts';

export const migrations: MigrationList = [{ name: 'CreateChannels', class: CreateChannels }];
