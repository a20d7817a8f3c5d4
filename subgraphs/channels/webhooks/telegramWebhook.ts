import type { FastifyInstance } from 'fastify';
import { headers } from '@nats-io/nats-core';
import { HttpError } from '#platform/http/errors.ts';
import { EventError } from '#platform/events/errors.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { secretsEqual } from '#platform/identity/compareSecrets.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { injectTrace } from '#platform/tracing/tracing.ts';
import type { HealthRecorder } from '../health/healthRecorder.ts';
import type { ChannelDirectory, KnownChannel } from './channelDirectory.ts';

const SECRET_HEADER = 'x-telegram-bot-api-secret-token';
/** Updates have a few kilobytes: files are not in them. */
const BODY_LIMIT = 1024 * 1024;
/** Telegram gives up after some more seconds; until then it may as well wait for a server that is busy. */
const KEEP_LIMIT_MS = 2_000;
const RETRY_AFTER_SECONDS = 2;

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

  function unavailable(cause: unknown): HttpError {
    count('unavailable');
    const retryAfterSeconds = RETRY_AFTER_SECONDS;
    return HttpError.unavailable('The update could not be kept: send it again', { retryAfterSeconds, cause });
  }

  async function authenticate(channelId: string, secret: string | string[] | undefined): Promise<KnownChannel> {
    const channel = await directory.find(channelId).catch((error: unknown) => {
      throw unavailable(error);
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

  async function keep({ id: channelId, companyId }: KnownChannel, body: Buffer): Promise<void> {
    // Published without a connection, it would wait in the client's memory and go out after the 503.
    if (!nats.connected) throw unavailable(EventError.notConnected());
    const head = headers();
    head.set('company', companyId);
    head.set('channel', channelId);
    head.set('received-at', new Date().toISOString());
    const carrier: Record<string, string> = {};
    injectTrace(carrier);
    for (const [key, value] of Object.entries(carrier)) head.set(key, value);
    try {
      await nats.jetstream.publish(`ingest.telegram.${channelId}`, body, { headers: head, timeout: KEEP_LIMIT_MS });
    } catch (error) {
      throw unavailable(error);
    }
  }

  app.register((scope, _options, done) => {
    // Byte for byte, whatever it calls itself: what cannot be parsed is kept too.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    scope.decorateRequest('channel', null);
    scope.post<{ Params: { channelId: string } }>('/webhooks/telegram/:channelId', {
      bodyLimit: BODY_LIMIT,
      // Before the body is read: a stranger gets no megabyte into memory.
      async onRequest(request) {
        const channel = await authenticate(request.params.channelId, request.headers[SECRET_HEADER]);
        request.setDecorator<KnownChannel>('channel', channel);
      },
      async handler(request, reply) {
        const channel = request.getDecorator<KnownChannel>('channel');
        await keep(channel, Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
        health.note(channel.companyId, channel.id, { lastEventAt: new Date() });
        count('kept');
        return reply.code(200).send();
      },
    });
    done();
  });
}
