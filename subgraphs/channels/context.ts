import type { Identity } from '#platform/identity/identity.ts';
import type { ChannelTools } from './commands/channelTools.ts';
import type { VisitorRequest } from './commands/asVisitor.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What the resolvers of one request share. */
export interface Context extends VisitorRequest {
  readonly loaders: Loaders;
  /** Where the platforms reach the router, without a slash at the end. */
  readonly publicUrl: string;
  /** Runs a command in the caller's name. What is read afterwards, by this mutation or the next, sees what it wrote. */
  readonly run: <T>(command: (tools: ChannelTools, identity: Identity) => Promise<T>) => Promise<T>;
  close(): Promise<void>;
}

export function createContext(identity: Identity, tools: ChannelTools, keep: VisitorRequest['keep']): Context {
  const session = tools.database.session(identity.companyId);
  const loaders = createLoaders(session, identity.companyId);
  return {
    identity,
    loaders,
    read: (query) => session.read(query),
    keep,
    publicUrl: tools.publicUrl,
    async run(command) {
      // A command may wait for a platform: what an earlier field has read with holds no connection meanwhile.
      await session.refresh();
      const outcome = await command(tools, identity);
      loaders.clear();
      return outcome;
    },
    close: () => session.close(),
  };
}
