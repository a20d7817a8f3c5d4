import type { Migration } from '../clickhouse/migrate.ts';
import { events } from './001-events.ts';
import { rollups } from './002-rollups.ts';
import { operations } from './003-operations.ts';
import { shares } from './010-shares.ts';
import { retention } from './011-retention.ts';
import { withoutBatches } from './012-without-batches.ts';
import { biQueries } from './020-bi-queries.ts';
import { figures } from './021-figures.ts';
import { answers } from './030-answers.ts';
import { biQueriesWithoutValues } from './031-bi-queries-without-values.ts';
import { compactParts } from './032-compact-parts.ts';
import { oneTableOfRollups } from './033-one-table-of-rollups.ts';
import { withoutTablesOfGrains } from './034-without-tables-of-grains.ts';
import { weeksBesideDays } from './035-weeks-beside-days.ts';
import { withoutRollupsOfDays } from './036-without-rollups-of-days.ts';

/** In the order in which they are applied, by ascending ids; gaps mean nothing. */
export const migrations: readonly Migration[] = [
  events,
  rollups,
  operations,
  shares,
  retention,
  withoutBatches,
  biQueries,
  figures,
  answers,
  biQueriesWithoutValues,
  compactParts,
  oneTableOfRollups,
  withoutTablesOfGrains,
  weeksBesideDays,
  withoutRollupsOfDays,
];
