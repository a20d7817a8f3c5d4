import type { FastifyInstance } from 'fastify';
import { HttpError } from '#platform/http/errors.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { secretsEqual } from '#platform/identity/compareSecrets.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { HealthRecorder } from '../health/healthRecorder.ts';
import type { ChannelDirectory, KnownChannel } from './channelDirectory.ts';
import { ingestUnavailable, keepInIngest } from './ingest.ts';
import { rawBody, takeRawBodies } from './rawBodies.ts';

const SECRET_HEADER = 'x-telegram-bot-api-secret-token';
/** Updates have a few kilobytes: files are not in them. */
const BODY_LIMIT = 1024 * 1024;

/**
 * `POST /webhooks/telegram/:channelId`: keeps the update as it came and answers 200 when, and only when, the stream has
 * it. What it says is found out later: nothing that takes time, or that the content can make fail, stands before the 200.
 * Telegram repeats what was not answered 200, so a failure on our side is a 503 and never a loss.
 */
export function mountTelegramWebhook(
  app: FastifyInstance,
  options: {
    readonly nats: NatsPart;
    readonly directory: ChannelDirectory;
    readonly health: HealthRecorder;
    readonly metrics: Metrics;
  },
): void {
  const { nats, directory, health } = options;
  const counted = options.metrics.counter('switchboard_channels_webhooks_total', 'Webhooks by outcome', [
    'platform',
    'outcome',
  ]);
  const count = (outcome: string): void => counted.inc({ platform: 'TELEGRAM', outcome });

  async function authenticate(channelId: string, secret: string | string[] | undefined): Promise<KnownChannel> {
    const channel = await directory.find(channelId).catch((error: unknown) => {
      count('unavailable');
      throw ingestUnavailable(error);
    });
    if (channel?.platform !== 'TELEGRAM') {
      count('unknown_channel');
      throw HttpError.notFound('There is no such channel');
    }
    if (typeof secret !== 'string' || !secretsEqual(secret, channel.webhookSecret)) {
      count('wrong_secret');
      throw HttpError.unauthorized(`The header ${SECRET_HEADER} is missing or wrong`);
    }
    return channel;
  }

  app.register((scope, _options, done) => {
    takeRawBodies(scope);
    scope.decorateRequest('channel', null);
    scope.post<{ Params: { channelId: string } }>('/webhooks/telegram/:channelId', {
      bodyLimit: BODY_LIMIT,
      // Before the body is read: a stranger gets no megabyte into memory.
      async onRequest(request) {
        const channel = await authenticate(request.params.channelId, request.headers[SECRET_HEADER]);
        request.setDecorator<KnownChannel>('channel', channel);
      },
      async handler(request, reply) {
        const known = request.getDecorator<KnownChannel>('channel');
        const { id: channel, companyId: company, externalId: account } = known;
        try {
          await keepInIngest(nats, `ingest.telegram.${channel}`, rawBody(request.body), {
            company,
            channel,
            account,
          });
        } catch (error) {
          count('unavailable');
          throw error;
        }
        health.note(company, channel, { lastEventAt: new Date() });
        count('kept');
        return reply.code(200).send();
      },
    });
    done();
  });
}
