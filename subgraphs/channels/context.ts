import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { VisitorRequest } from './commands/asVisitor.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { ChannelRow } from './rows.ts';

/** What the resolvers of one request share. */
export interface Context extends VisitorRequest {
  readonly loaders: Loaders;
  readonly webhookUrl: (channel: ChannelRow) => string;
  close(): Promise<void>;
}

/** @param options.publicUrl Where the platforms reach the router, without a slash at the end. */
export function createContext(
  identity: Identity,
  options: {
    readonly database: Database<SwitchboardCatalogue>;
    readonly publicUrl: string;
    readonly keep: VisitorRequest['keep'];
  },
): Context {
  const session = options.database.session(identity.companyId);
  return {
    identity,
    loaders: createLoaders(session, identity.companyId),
    read: (query) => session.read(query),
    keep: options.keep,
    webhookUrl: ({ platform, id }) => `${options.publicUrl}/webhooks/${platform.toLowerCase()}/${id}`,
    close: () => session.close(),
  };
}
