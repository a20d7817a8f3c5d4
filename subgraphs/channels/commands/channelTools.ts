import type { Logger } from '#platform/logging/logger.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { AgentUploads } from '../uploads/agentUploads.ts';
import type { Accounts } from '../platforms/accounts.ts';

/** What commands on channels work with. */
export interface ChannelTools {
  readonly database: Database<SwitchboardCatalogue>;
  readonly keyring: Keyring;
  readonly accounts: Accounts;
  /** Where the platforms reach the router, without a slash at the end. */
  readonly publicUrl: string;
  readonly agentUploads: AgentUploads;
  readonly logger: Logger;
}
