import type { FastifyInstance } from 'fastify';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { HttpError } from '#platform/http/errors.ts';
import type { Pacer } from '#platform/limits/pacer.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import type { KeepFile } from '../attachments/keepFile.ts';
import { createDoor } from './door.ts';
import { mountChatSessions } from './sessions.ts';
import { createSiteDirectory } from './siteDirectory.ts';
import { mountChatUploads } from './uploads.ts';
import { createVisitorTokens, type VisitorTokenConfig } from './visitorTokens.ts';

/**
 * What the pages that show a web chat ask for besides the graph.
 *
 * @param options.tokens Undefined where no secret for tokens is set up: then there is no web chat.
 */
export function mountWebChat(
  app: FastifyInstance,
  options: {
    readonly tokens: VisitorTokenConfig | undefined;
    readonly keepFile: KeepFile;
    readonly maxFileBytes: number;
    readonly pacer: Pacer;
    readonly database: Database<SwitchboardCatalogue>;
    readonly keyring: Keyring;
    readonly logger: Logger;
    readonly metrics: Metrics;
  },
): void {
  const { database, keyring, keepFile, pacer, logger, metrics } = options;
  if (!options.tokens) {
    refuseAll(app);
    return;
  }
  const tokens = createVisitorTokens(options.tokens);
  const door = createDoor({ findSite: createSiteDirectory({ database, keyring, logger, metrics }), pacer });
  mountChatSessions(app, { door, tokens, database, metrics });
  mountChatUploads(app, { door, tokens, keepFile, maxBytes: options.maxFileBytes });
}

function refuseAll(app: FastifyInstance): void {
  const onRequest = async (): Promise<void> => {
    throw HttpError.unavailable('The web chat is not set up here: set TOKEN_SECRET.', { retryAfterSeconds: 3_600 });
  };
  app.post('/chat/:siteKey/*', { onRequest, handler: async () => undefined });
}
