import type { FastifyInstance } from 'fastify';
import { v7 } from 'uuid';
import { z } from 'zod';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { HttpError } from '#platform/http/errors.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { identifyVisitor } from '../commands/identifyVisitor.ts';
import type { WebChatSite } from '../queries/webChatSite.ts';
import type { Door } from './door.ts';
import { signedIdentity, verifyIdentity, type SignedIdentity, type SiteUser } from './siteUser.ts';
import type { VisitorTokens } from './visitorTokens.ts';

const BODY_LIMIT = 16 * 1024;

const requestSchema = z.object({ token: z.string().max(4_096).optional(), identity: signedIdentity.optional() });

/**
 * `POST /chat/:siteKey/session`: makes whoever opens the web chat a visitor, or knows them again, and gives the token for the
 * visitor's side of the graph. An earlier token, expired or not, keeps the visitor; a signed identity is the same visitor on
 * every device.
 */
export function mountChatSessions(
  app: FastifyInstance,
  options: {
    readonly door: Door;
    readonly tokens: VisitorTokens;
    readonly database: Database<SwitchboardCatalogue>;
    readonly metrics: Metrics;
  },
): void {
  const { door, tokens, database } = options;
  const sessions = options.metrics.counter('switchboard_channels_chat_sessions_total', 'Web chat sessions given out', [
    'visitor',
  ]);

  async function userOf(identity: SignedIdentity | undefined, site: WebChatSite): Promise<SiteUser | undefined> {
    if (!identity) {
      if (!site.settings.requireIdentity) return undefined;
      throw HttpError.unauthorized('This web chat is for signed-in users: give their identity.', 'IDENTITY_REQUIRED');
    }
    const user = await verifyIdentity(identity, site.identitySecret);
    if (user) return user;
    const message = 'The identity is not signed with the identity secret, or its time is over.';
    throw HttpError.unauthorized(message, 'IDENTITY_INVALID');
  }

  app.post<{ Params: { siteKey: string } }>('/chat/:siteKey/session', {
    bodyLimit: BODY_LIMIT,
    async handler(request, reply) {
      const { site, origin } = await door(request, 'session');
      const asked = requestSchema.safeParse(request.body ?? {});
      if (!asked.success) throw HttpError.badRequest(`This is no session: ${z.prettifyError(asked.error)}`);
      const { token: earlierToken, identity } = asked.data;
      const user = await userOf(identity, site);
      const earlier = earlierToken === undefined ? undefined : await tokens.recall(earlierToken, site);
      const visitorId = user
        ? await identifyVisitor(database, site, user, earlier?.visitorId)
        : (earlier?.visitorId ?? v7());
      const { companyId, channelId, settings } = site;
      const visitor = { kind: 'visitor', companyId, channelId, visitorId, origin, scopes: [] } as const;
      const { token, expiresAt } = await tokens.issue(visitor);
      sessions.inc({ visitor: user ? 'verified' : earlier ? 'returning' : 'new' });
      const { color, title, greeting, offlineNotice } = settings;
      return reply.header('cache-control', 'no-store').send({
        token,
        expiresAt: expiresAt.toISOString(),
        visitorId,
        verified: user !== undefined,
        settings: { color, title, greeting, offlineNotice },
      });
    },
  });
}
