import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HttpError } from '#platform/http/errors.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { secretsEqual } from '#platform/identity/compareSecrets.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { keepInIngest } from './ingest.ts';
import { claimedDigest, isSignedBy, SIGNATURE_HEADER } from './metaSignature.ts';
import { rawBody, takeRawBodies } from './rawBodies.ts';

/** What Meta's app dashboard and this service have to agree on. */
export interface MetaWebhookConfig {
  /** Typed into the dashboard when the address is entered there. */
  readonly verifyToken: string;
  /** Of the Facebook app: it signs everything. Several while a secret is changed. */
  readonly appSecrets: readonly string[];
  /** Of the Instagram app, where accounts log in with Instagram itself: it may sign what comes from Instagram. */
  readonly instagramAppSecrets: readonly string[];
}

/** WhatsApp's webhooks have up to 3 MB (https://developers.facebook.com/docs/whatsapp/cloud-api/guides/set-up-webhooks). */
const BODY_LIMIT = 4 * 1024 * 1024;

const subscription = z.object({
  'hub.mode': z.literal('subscribe'),
  'hub.verify_token': z.string(),
  'hub.challenge': z.string().regex(/^[\w-]{1,128}$/),
});
const ofInstagram = z.looseObject({ object: z.literal('instagram') });

/**
 * `/webhooks/meta`: the one address that Meta calls for every page, Instagram account and WhatsApp number of all companies.
 * A body is kept as it came, whatever number of events of whatever accounts it holds, and answered 200 when the stream has
 * it: whose they are is found out later. Meta repeats what was not answered 200 for hours.
 *
 * @param options.config Undefined when no Meta app is set up: then there is nothing at this address.
 */
export function mountMetaWebhook(
  app: FastifyInstance,
  options: { readonly config: MetaWebhookConfig | undefined; readonly nats: NatsPart; readonly metrics: Metrics },
): void {
  const { config, nats } = options;
  if (!config) return;
  const counted = options.metrics.counter('switchboard_channels_webhooks_total', 'Webhooks by outcome', [
    'platform',
    'outcome',
  ]);
  const count = (outcome: string): void => counted.inc({ platform: 'META', outcome });

  function assertSigned(body: Buffer, digest: Buffer): void {
    if (isSignedBy(config?.appSecrets ?? [], body, digest)) return;
    // Whoever knows Instagram's secret only speaks for nothing but Instagram.
    if (isSignedBy(config?.instagramAppSecrets ?? [], body, digest) && isInstagrams(body)) return;
    count('wrong_signature');
    throw HttpError.unauthorized(`The header ${SIGNATURE_HEADER} does not fit the body`);
  }

  app.get('/webhooks/meta', (request, reply) => {
    const query = subscription.safeParse(request.query);
    if (!query.success || !secretsEqual(query.data['hub.verify_token'], config.verifyToken)) {
      count('wrong_verify_token');
      throw HttpError.forbidden('The verify token is not the one that is set up here');
    }
    return reply.type('text/plain').send(query.data['hub.challenge']);
  });

  app.register((scope, _options, done) => {
    takeRawBodies(scope);
    scope.post('/webhooks/meta', {
      bodyLimit: BODY_LIMIT,
      // Before the body is read: who claims no signature gets nothing into memory.
      async onRequest(request) {
        if (claimedDigest(request.headers[SIGNATURE_HEADER])) return;
        count('wrong_signature');
        throw HttpError.unauthorized(`The header ${SIGNATURE_HEADER} is missing or malformed`);
      },
      async handler(request, reply) {
        const body = rawBody(request.body);
        assertSigned(body, claimedDigest(request.headers[SIGNATURE_HEADER]) ?? Buffer.alloc(32));
        try {
          await keepInIngest(nats, 'ingest.meta', body);
        } catch (error) {
          count('unavailable');
          throw error;
        }
        count('kept');
        return reply.code(200).send();
      },
    });
    done();
  });
}

function isInstagrams(body: Buffer): boolean {
  try {
    return ofInstagram.safeParse(JSON.parse(body.toString())).success;
  } catch {
    return false;
  }
}
