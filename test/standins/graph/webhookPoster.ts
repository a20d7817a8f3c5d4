import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';

export interface WebhookPoster {
  /** Posts the bodies one after the other; resolves when the last was taken, rejects when one never was. */
  post(bodies: readonly object[], options?: { readonly delayMs?: number }): Promise<void>;
  /** Posts once, and says with which status it was answered. */
  postOnce(body: object): Promise<number>;
  stop(): Promise<void>;
}

/** Meta tries for hours and a minute apart at least: a test or a demo wants to see it. */
const RETRY_AFTER_MS = [100, 200, 400, 800, 1_600, 3_200, 6_400];
const ANSWER_LIMIT_MS = 10_000;
/** Who does not take them loses them, as at Meta, only sooner. */
const MAX_WAITING = 20_000;

/** Posts webhooks as Meta does, signed with the app's secret, again and again until they are taken. */
export function createWebhookPoster(webhook: { readonly url: string; readonly appSecret: string }): WebhookPoster {
  const connections = new Agent({ connections: 32 });
  const stopped = new AbortController();
  let waiting = 0;

  async function postOnce(body: object): Promise<number> {
    const raw = escaped(body);
    const signature = createHmac('sha256', webhook.appSecret).update(raw).digest('hex');
    const response = await request(webhook.url, {
      method: 'POST',
      dispatcher: connections,
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
      body: raw,
      signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
    });
    await response.body.dump();
    return response.statusCode;
  }

  async function untilTaken(body: object): Promise<void> {
    for (const waitMs of [...RETRY_AFTER_MS, undefined]) {
      const status = await postOnce(body).catch((error: unknown) => String(error));
      if (status === 200) return;
      if (waitMs === undefined) throw new Error(`a webhook was not taken by ${webhook.url}: ${status}`);
      await delay(waitMs, undefined, { signal: stopped.signal });
    }
  }

  return {
    async post(bodies, { delayMs = 0 } = {}) {
      if (waiting >= MAX_WAITING) throw new Error(`${MAX_WAITING} webhooks wait already for ${webhook.url}`);
      waiting += 1;
      try {
        for (const body of bodies) {
          if (delayMs > 0) await delay(delayMs, undefined, { signal: stopped.signal });
          await untilTaken(body);
        }
      } finally {
        waiting -= 1;
      }
    },
    postOnce,
    async stop() {
      stopped.abort();
      await connections.close();
    },
  };
}

/** Meta signs what it sends, and sends everything beyond ASCII and every slash escaped. */
export function escaped(body: object): string {
  return JSON.stringify(body)
    .replaceAll('/', String.raw`\/`)
    .replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
