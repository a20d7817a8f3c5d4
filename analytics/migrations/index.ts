import type { Migration } from '../clickhouse/migrate.ts';
import { events } from './001-events.ts';
import { operations } from './003-operations.ts';
import { rollups } from './002-rollups.ts';

export const migrations: readonly Migration[] = [events, rollups, operations];
