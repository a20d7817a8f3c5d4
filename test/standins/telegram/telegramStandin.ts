import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Part } from '#platform/lifecycle/part.ts';
import { createBotApi, refusal, type SentMessage } from './botApi.ts';

/** What goes wrong with the next calls of sendMessage. */
export type Fault =
  /** Refused in the Bot API's own form, and not sent. */
  | { readonly kind: 'refuse'; readonly status: number; readonly description: string; readonly retryAfter?: number }
  /** Answered by a proxy in front of the API, and not sent. */
  | { readonly kind: 'proxy'; readonly status: number }
  /** Sent, but the connection breaks before the answer. */
  | { readonly kind: 'drop' }
  /** Sent and answered after a while. */
  | { readonly kind: 'delay'; readonly ms: number };

export interface TelegramStandin extends Part {
  /** What takes the place of `https://api.telegram.org`; throws before the start. */
  url(): string;
  /** Everything that bots sent, oldest first; the newest 10,000. */
  sent(): readonly SentMessage[];
  /** Lets the next `times` calls of sendMessage fail, after those that are to fail already. */
  fail(times: number, fault: Fault): void;
  /** Posts an update as Telegram does, to the address that the bot set by setWebhook; the answer's status. */
  postUpdate(botId: string, update: object): Promise<number>;
}

export interface TelegramStandinOptions {
  readonly host: string;
  /** 0 takes any free port, which a restart keeps. */
  readonly port: number;
  /** The pace that Telegram holds bots to; the real one is about 1_000. @default 0 // none */
  readonly perChatIntervalMs?: number | undefined;
  /**
   * Of each chat. Telegram numbers both sides of a chat together, and this server knows one side only: a number beyond
   * those that customers use keeps them apart.
   * @default 1
   */
  readonly firstMessageId?: number | undefined;
}

const BODY_LIMIT = 1024 * 1024;
const WEBHOOK_LIMIT_MS = 10_000;

/**
 * A local server that behaves like Telegram's Bot API in what we use of it. `GET /sent` lists what bots sent, for people
 * who try the product without a bot.
 */
export function createTelegramStandin(options: TelegramStandinOptions): TelegramStandin {
  const api = createBotApi(options);
  const faults: Fault[] = [];
  let { port } = options;
  let server: Server | undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (request.method === 'GET' && path === '/sent') return respond(response, 200, { sent: api.sent() });
    const sent = await bodyOf(request);
    if (sent === undefined) {
      const { status, body } = refusal(413, 'Request Entity Too Large');
      return respond(response, status, body);
    }
    const input = parsed(sent);
    const fault = path.endsWith('/sendMessage') ? faults.shift() : undefined;
    if (fault?.kind === 'refuse') {
      const { status, body } = refusal(fault.status, fault.description, fault.retryAfter);
      return respond(response, status, body);
    }
    if (fault?.kind === 'proxy') {
      response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<html>nginx</html>');
      return undefined;
    }
    const { status, body } = api.call(path, input);
    if (fault?.kind === 'drop') {
      request.socket.destroy();
      return undefined;
    }
    if (fault?.kind === 'delay') await delay(fault.ms);
    return respond(response, status, body);
  }

  return {
    name: 'Telegram stand-in',
    url() {
      if (!server) throw new Error('the Telegram stand-in has no address before its start');
      return `http://${options.host}:${port}`;
    },
    sent: api.sent,
    fail(times, fault) {
      faults.push(...Array.from({ length: times }, () => fault));
    },
    async postUpdate(botId, update) {
      const webhook = api.webhook(botId);
      if (!webhook) throw new Error(`bot ${botId} has set no webhook: call setWebhook first`);
      const response = await fetch(webhook.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': webhook.secretToken },
        body: JSON.stringify(update),
        signal: AbortSignal.timeout(WEBHOOK_LIMIT_MS),
      });
      await response.arrayBuffer();
      return response.status;
    },
    async start() {
      const starting = createServer((request, response) => {
        answer(request, response).catch(() => response.destroy());
      });
      starting.listen(port, options.host);
      await once(starting, 'listening');
      const address = starting.address();
      if (typeof address === 'object' && address) ({ port } = address);
      server = starting;
    },
    async stop() {
      const stopping = server;
      server = undefined;
      if (!stopping) return;
      stopping.close();
      stopping.closeAllConnections();
      await once(stopping, 'close');
    },
  };
}

/** Undefined when it is above the limit: it is read to its end, so that the answer arrives, and not kept. */
async function bodyOf(request: AsyncIterable<Buffer>): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= BODY_LIMIT) chunks.push(chunk);
  }
  return bytes <= BODY_LIMIT ? Buffer.concat(chunks).toString() : undefined;
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
