import type { Part } from '#platform/lifecycle/part.ts';
import { bodyOf, createLocalServer } from './localServer.ts';

export interface ReceivedWebhook {
  readonly headers: Readonly<Record<string, unknown>>;
  /** As it came. */
  readonly raw: string;
  readonly body: unknown;
}

export interface WebhookInbox extends Part {
  url(): string;
  received(): readonly ReceivedWebhook[];
  /** Answers the next `times` webhooks with another status than 200, and does not keep them. */
  refuse(times: number, status: number): void;
}

/** Takes the webhooks that a stand-in sends. */
export function createWebhookInbox(): WebhookInbox {
  const received: ReceivedWebhook[] = [];
  const refusals: number[] = [];
  const server = createLocalServer({
    name: 'webhook inbox',
    host: '127.0.0.1',
    port: 0,
    async answer(request, response) {
      const raw = (await bodyOf(request)) ?? '';
      const status = refusals.shift();
      if (status === undefined) received.push({ headers: request.headers, raw, body: JSON.parse(raw) });
      response.writeHead(status ?? 200).end();
    },
  });

  return {
    name: server.name,
    url: () => `${server.url()}/webhooks/meta`,
    received: () => received,
    refuse: (times, status) => void refusals.push(...Array.from({ length: times }, () => status)),
    start: () => server.start(),
    stop: () => server.stop(),
  };
}
