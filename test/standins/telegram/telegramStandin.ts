import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Part } from '#platform/lifecycle/part.ts';
import { createLocalServer } from '../localServer.ts';
import { refusal } from './answer.ts';
import { createBotApi, type Call } from './botApi.ts';
import { createChats, type BusinessConnection, type Person } from './chats.ts';
import { parametersOf } from './parameters.ts';
import { createRateLimiter, type RateLimits } from './rateLimits.ts';
import { chatOf, createReceiving, type Happening, type Received } from './receiving.ts';
import { createSending, type SentMessage } from './sending.ts';
import { createWebhooks } from './webhooks.ts';

/** What goes wrong with the next calls of a method. */
export type Fault =
  /** Refused in the Bot API's own form, and not done. */
  | { readonly kind: 'refuse'; readonly status: number; readonly description: string; readonly retryAfter?: number }
  /** Answered by a proxy in front of the API, and not done. */
  | { readonly kind: 'proxy'; readonly status: number }
  /** Done, but the connection breaks before the answer. */
  | { readonly kind: 'drop' }
  /** Done and answered after a while. */
  | { readonly kind: 'delay'; readonly ms: number };

export interface TelegramStandin extends Part {
  /** What takes the place of `https://api.telegram.org`; throws before the start. */
  url(): string;
  /** Everything that bots sent, oldest first; the newest 10,000. */
  sent(): readonly SentMessage[];
  /** As if a message had been sent so much earlier. */
  age(chatId: string, messageId: number, ms: number): void;
  /** Every call that bots made, oldest first; the newest 10,000. */
  calls(): readonly Call[];
  /** How many messages were refused because they came too fast. */
  violations(): number;
  /** Lets the next `times` calls of the method fail, after those that are to fail already. @default sendMessage */
  fail(times: number, fault: Fault, method?: string): void;
  /** The token is good no longer. */
  revoke(token: string): void;
  /** The person does not want to hear from the bot, of which no update tells: see {@link receive} for one that does. */
  block(botId: string, userId: number): void;
  /** The person shows a picture of themselves. */
  setPicture(person: Person, picture: { readonly bytes: Uint8Array; readonly name: string }): void;
  /** Something for people to send; its id, for as long as it is among the 100 that were used last. */
  addFile(file: { readonly bytes: Uint8Array; readonly name: string }): string;
  migrateGroup(chatId: number, to: number): void;
  connectBusiness(connection: BusinessConnection): void;
  /**
   * A person does something, and the bot's webhook hears of it: again and again, until it says 200 or for about half a
   * minute. Rejects when the bot has set no webhook.
   */
  receive(botId: string, happening: Happening): Promise<Received>;
  /** Posts an update once, to the address that the bot set by setWebhook; the answer's status. */
  postUpdate(botId: string, update: object): Promise<number>;
}

export interface TelegramStandinOptions {
  readonly host: string;
  /** 0 takes any free port, which a restart keeps. */
  readonly port: number;
  /** Those that bots are held to; `telegramLimits` are the real ones. @default {} // none */
  readonly limits?: Partial<RateLimits> | undefined;
  /** Those of the bots that there are. @default any that has the form of one */
  readonly tokens?: readonly string[] | undefined;
  /**
   * Of each chat. Telegram numbers both sides of a chat together, and this server does not know of updates that others made:
   * a number beyond those that they use keeps them apart.
   * @default 1
   */
  readonly firstMessageId?: number | undefined;
  /** Called for each message that was sent. */
  readonly onSent?: ((message: SentMessage) => void) | undefined;
}

/**
 * A local server that behaves like Telegram's Bot API in what we use of it. `GET /sent` lists what bots sent, for people
 * who try the product without a bot.
 */
export function createTelegramStandin(options: TelegramStandinOptions): TelegramStandin {
  const { host, limits = {}, tokens, firstMessageId = 1, onSent } = options;
  const chats = createChats(firstMessageId);
  const limiter = createRateLimiter(limits);
  const sending = createSending(chats, limiter, onSent);
  const webhooks = createWebhooks();
  const { receive, wasPressed } = createReceiving(chats, webhooks);
  const api = createBotApi({ tokens, chats, sending, webhooks, wasPressed });
  const faults = new Map<string, Fault[]>();
  const server = createLocalServer({ name: 'Telegram stand-in', host, port: options.port, answer });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (request.method === 'GET' && path === '/sent') return respond(response, 200, { sent: sending.sent() });
    const [, fileToken, file] = /^\/file\/bot([^/]+)\/(.+)$/.exec(path) ?? [];
    if (fileToken !== undefined && file !== undefined) return respondFile(response, api.download(fileToken, file));
    const [, token = '', method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(path) ?? [];
    const parameters = await parametersOf(request);
    if (!parameters) {
      const { status, body } = refusal(413, 'Request Entity Too Large');
      return respond(response, status, body);
    }
    const fault = faults.get(method)?.shift();
    if (fault?.kind === 'refuse') {
      const { retryAfter } = fault;
      const wait = retryAfter === undefined ? undefined : { retry_after: retryAfter };
      const { status, body } = refusal(fault.status, fault.description, wait);
      return respond(response, status, body);
    }
    if (fault?.kind === 'proxy') {
      response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<html>nginx</html>');
      return undefined;
    }
    const { status, body } = api.call(token, method, parameters.given);
    if (fault?.kind === 'drop') {
      request.socket.destroy();
      return undefined;
    }
    if (fault?.kind === 'delay') await delay(fault.ms);
    return respond(response, status, body);
  }

  return {
    name: server.name,
    url: () => server.url(),
    sent: sending.sent,
    age: sending.age,
    calls: api.calls,
    violations: limiter.violations,
    fail(times, fault, method = 'sendMessage') {
      const waiting = faults.get(method) ?? [];
      faults.set(method, [...waiting, ...Array.from({ length: times }, () => fault)]);
    },
    revoke: api.revoke,
    block: (botId, userId) => void chats.block(botId, userId),
    setPicture(person, { bytes, name }) {
      const file = chats.keepFile(bytes, name);
      chats.remember({ ...chatOf(person), photo: { small_file_id: file, big_file_id: file } });
    },
    addFile: ({ bytes, name }) => chats.keepFile(bytes, name),
    migrateGroup: (chatId, to) => void chats.migrate(chatId, to),
    connectBusiness: (connection) => void chats.connectBusiness(connection),
    receive,
    postUpdate: webhooks.post,
    async start() {
      webhooks.start();
      await server.start();
    },
    async stop() {
      webhooks.stop();
      await server.stop();
    },
  };
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function respondFile(response: ServerResponse, bytes: Uint8Array | undefined): void {
  if (bytes) response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(bytes);
  else respond(response, 404, refusal(404, 'Not Found').body);
}
