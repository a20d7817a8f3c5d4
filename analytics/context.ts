import type { Identity } from '#platform/identity/identity.ts';
import type { FieldUsageRow } from './queries/fieldUsage.ts';
import type { queryOperationGroups, queryOperations } from './queries/operations.ts';
import type { Dashboards } from './dashboards.ts';

/** How the graph is used. */
export interface Operations {
  figures(of: Parameters<typeof queryOperations>[1]): ReturnType<typeof queryOperations>;
  groups(of: Parameters<typeof queryOperationGroups>[1]): ReturnType<typeof queryOperationGroups>;
}

/** What the resolvers of one request share. */
export interface Context {
  readonly identity: Identity;
  readonly dashboards: Dashboards;
  readonly fieldUsage: (of: { readonly companyId: string; readonly days: number }) => Promise<FieldUsageRow[]>;
  readonly operations: Operations;
  close(): Promise<void>;
}
