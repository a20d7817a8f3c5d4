import type { MigrationList } from '#platform/postgres/provision.ts';
import { Inbox } from './20261123_inbox.ts';

export const migrations: MigrationList = [{ name: '20261123_inbox', class: Inbox }];
