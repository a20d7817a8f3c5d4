import type { Identity } from '#platform/identity/identity.ts';
import type { Dashboards } from './dashboards.ts';

/** What the resolvers of one request share. */
export interface Context {
  readonly identity: Identity;
  readonly dashboards: Dashboards;
  close(): Promise<void>;
}
