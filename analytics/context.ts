import type { Identity } from '#platform/identity/identity.ts';
import type { FieldUsageRow } from './queries/fieldUsage.ts';
import type { Dashboards } from './dashboards.ts';

/** What the resolvers of one request share. */
export interface Context {
  readonly identity: Identity;
  readonly dashboards: Dashboards;
  readonly fieldUsage: (of: { readonly companyId: string; readonly days: number }) => Promise<FieldUsageRow[]>;
  close(): Promise<void>;
}
