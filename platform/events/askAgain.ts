import type { NatsConnection, RequestOptions } from '@nats-io/nats-core';
import { pause } from '#platform/lifecycle/backoff.ts';

/** So long after the question before. */
const AGAIN_AFTER_MS: readonly number[] = [500, 1_000, 2_000, 4_000];
/** What would be refused the second time, as it is done. */
const ONCE = /^\$JS\.API\.(STREAM|CONSUMER)\.(MSG\.)?DELETE\./;
const API = '$JS.API.';

/**
 * The connection, for the client of JetStream: what it asks of the server's API is asked again while no answer comes, and the first
 * answer counts. NATS 2.9 now and then leaves one of many requests without any that come while a stream or a consumer is made; the
 * next one it answers.
 */
export function askingAgain(connection: NatsConnection): NatsConnection {
  const request: NatsConnection['request'] = (subject, payload, options) =>
    subject.startsWith(API) && !ONCE.test(subject) && options
      ? askUntilAnswered(connection, subject, payload, options)
      : connection.request(subject, payload, options);
  return new Proxy(connection, {
    get(target, name) {
      if (name === 'request') return request;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

async function askUntilAnswered(
  connection: NatsConnection,
  subject: string,
  payload: Parameters<NatsConnection['request']>[1],
  options: RequestOptions,
): ReturnType<NatsConnection['request']> {
  const over = new AbortController();
  const deadline = performance.now() + options.timeout;
  const answer = Promise.withResolvers<Awaited<ReturnType<NatsConnection['request']>>>();

  async function askAgain(): Promise<void> {
    for (const ms of AGAIN_AFTER_MS) {
      await pause(ms, over.signal);
      const timeout = deadline - performance.now();
      if (over.signal.aborted || timeout < 1) return;
      // How it fails is said by the first, which waits as long as any other.
      connection.request(subject, payload, { ...options, timeout }).then(answer.resolve, () => undefined);
    }
  }

  connection.request(subject, payload, options).then(answer.resolve, answer.reject);
  void askAgain();
  try {
    return await answer.promise;
  } finally {
    over.abort();
  }
}
