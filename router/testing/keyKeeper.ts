import replyFrom from '@fastify/reply-from';
import { createHttpServer } from '#platform/http/server.ts';
import { createPartnerKey } from '#platform/identity/partnerKeys.ts';
import { createIdentityVerifier, IDENTITY_HEADER } from '#platform/identity/signedIdentity.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import {
  keyQuestion,
  keysUsed,
  operationQuestion,
  partnerPaths,
  type KeyAnswer,
  type KeyUsed,
  type OperationAnswer,
} from '#schema/partners.ts';

const terms: KeyAnswer = {
  partner: 'crm',
  scopes: ['read', 'conversations:read'],
  requestsPerMinute: 1_000,
  costPerMinute: 100_000,
  expiresAt: null,
};

/**
 * What conversations has beside its graph, for as many keys as a test needs.
 *
 * @param graphUrl whose graph is that of conversations.
 */
export async function startKeyKeeper(identitySecret: string, graphUrl?: string) {
  const metrics = createMetrics({ service: 'keys' });
  const http = createHttpServer({ name: 'keys', host: '127.0.0.1', port: 0, logger, metrics, checks: () => ({}) });
  const verify = createIdentityVerifier(identitySecret);
  const keys = new Map<string, { readonly companyId: string; readonly hash: string; answer: KeyAnswer | undefined }>();
  const operations = new Map<string, OperationAnswer>();
  const seen = { checks: 0, lookups: 0, used: [] as ({ companyId: string } & KeyUsed)[] };
  let holding: Promise<void> = Promise.resolve();

  http.app.post(partnerPaths.key, async (request, reply) => {
    const { companyId } = await verify(request.headers[IDENTITY_HEADER]?.toString());
    const { keyId, hash } = keyQuestion.parse(request.body);
    seen.checks += 1;
    const key = keys.get(keyId);
    const answer = key?.companyId === companyId && key.hash === hash ? key.answer : undefined;
    await holding;
    return answer ? reply.send(answer) : reply.code(404).send({});
  });
  http.app.post(partnerPaths.operation, async (request, reply) => {
    const { companyId } = await verify(request.headers[IDENTITY_HEADER]?.toString());
    const { partner, id } = operationQuestion.parse(request.body);
    seen.lookups += 1;
    const operation = operations.get(`${companyId} ${partner} ${id}`);
    return operation ? reply.send(operation) : reply.code(404).send({});
  });
  http.app.post(partnerPaths.used, async (request, reply) => {
    const { companyId } = await verify(request.headers[IDENTITY_HEADER]?.toString());
    seen.used.push(...keysUsed.parse(request.body).used.map((one) => ({ companyId, ...one })));
    return reply.code(204).send();
  });
  if (graphUrl !== undefined) {
    await http.app.register(replyFrom, { base: graphUrl });
    http.app.post('/graphql', (_request, reply) => reply.from('/graphql'));
  }
  const service = createService('keys', [http], { logger });
  await service.start();

  return {
    url: () => http.url(),
    seen,
    /** A new key of a company, good for what is said. */
    issue(companyId: string, answer: Partial<KeyAnswer> = {}) {
      const { keyId, hash, text } = createPartnerKey(companyId);
      keys.set(keyId, { companyId, hash, answer: { ...terms, ...answer } });
      return { keyId, text };
    },
    /** What a partner of a company may run by an id. */
    publish(companyId: string, partner: string, id: string, operation: OperationAnswer): void {
      operations.set(`${companyId} ${partner} ${id}`, operation);
    },
    retire(companyId: string, partner: string, id: string): void {
      operations.delete(`${companyId} ${partner} ${id}`);
    },
    revoke(keyId: string): void {
      const key = keys.get(keyId);
      if (key) key.answer = undefined;
    },
    /** Questions are answered, with what is true when they come, only after this resolves. */
    hold(until: Promise<void>): void {
      holding = until;
    },
    stop: () => service.stop(),
  };
}
