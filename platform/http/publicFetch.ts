import { Readable } from 'node:stream';
import { Agent, request, type Dispatcher } from 'undici';
import type { Part } from '#platform/lifecycle/part.ts';
import { publicConnector, type Lookup } from './publicConnector.ts';
import { PublicFetchError } from './publicFetchError.ts';

export interface FetchedFile {
  readonly bytes: Buffer;
  /** Where it was in the end. */
  readonly url: URL;
}

/** A file on its way in; who gets it reads the stream to its end or destroys it. */
export interface FileOnItsWay {
  /** Fails with a PublicFetchError. */
  readonly stream: Readable;
  /** What the other side says of it, for what that is worth. */
  readonly size: number | null;
  readonly mimeType: string | null;
  /** How it is packed although nobody asked for that, such as `gzip`. */
  readonly encoding: string | null;
  /** Where it was in the end. */
  readonly url: URL;
}

export interface FetchOptions {
  readonly maxBytes: number;
  /** For the origin of the address alone: a redirection to another one takes none of them along. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Who asks; said everywhere. */
  readonly userAgent?: string | undefined;
  /** Asked before a redirection is followed; what it throws ends the fetch. */
  readonly beforeRedirect?: ((to: URL) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Gets files from addresses that strangers may have chosen. */
export interface PublicFetch extends Part {
  /**
   * The file at an http or https address of the open internet, after at most 5 redirections.
   *
   * @throws PublicFetchError
   */
  fetch(address: string, options: FetchOptions): Promise<FetchedFile>;
  /** The same, to be read as it comes. */
  open(address: string, options: FetchOptions): Promise<FileOnItsWay>;
}

const CONNECT_LIMIT_MS = 3_000;
const SILENCE_LIMIT_MS = 10_000;
const MAX_REDIRECTS = 5;
const CONNECTIONS_PER_ORIGIN = 16;
const redirections = new Set([301, 302, 303, 307, 308]);

/**
 * @param options.trustedOrigins Of the operator's own choice (`http://localhost:8081`): they may be anywhere.
 * @param options.limitMs for a file, with all its redirections. @default 60_000 // a minute
 * @param options.lookup @default the operating system's
 */
export function createPublicFetch(options: {
  readonly trustedOrigins: readonly string[];
  readonly limitMs?: number | undefined;
  readonly lookup?: Lookup | undefined;
}): PublicFetch {
  const { limitMs = 60_000, lookup } = options;
  const trusted = new Set(options.trustedOrigins.map((address) => new URL(address).origin));
  let agents: { readonly anywhere: Agent; readonly outside: Agent } | undefined;

  function agentFor(url: URL): Agent {
    if (!agents) throw new Error('the fetcher is not started');
    return trusted.has(url.origin) ? agents.anywhere : agents.outside;
  }

  async function get(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal) {
    try {
      return await request(url, {
        dispatcher: agentFor(url),
        // Bytes as they are: nothing that unpacks to more than was counted.
        headers: { 'accept-encoding': 'identity', ...headers },
        signal,
      });
    } catch (error) {
      throw said(error);
    }
  }

  /** Follows the redirections to where the file is. */
  async function reach(address: string, { headers = {}, userAgent, beforeRedirect, signal }: FetchOptions) {
    const limit = AbortSignal.timeout(limitMs);
    const ended = signal ? AbortSignal.any([signal, limit]) : limit;
    let url = checked(address);
    let given = headers;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const response = await get(url, userAgent === undefined ? given : { ...given, 'user-agent': userAgent }, ended);
      const target = redirection(response);
      if (target === undefined) return { response, url };
      abandon(response);
      const next = checked(target, url.href);
      await beforeRedirect?.(next);
      if (next.origin !== url.origin) given = {};
      url = next;
    }
    throw PublicFetchError.notFound(`more than ${String(MAX_REDIRECTS)} redirections`);
  }

  return {
    name: 'fetcher',
    async fetch(address, options) {
      const { response, url } = await reach(address, options);
      assertGiven(response, options.maxBytes);
      const chunks: Buffer[] = [];
      for await (const chunk of bodyOf(response, options.maxBytes)) chunks.push(chunk);
      return { bytes: Buffer.concat(chunks), url };
    },
    async open(address, options) {
      const { response, url } = await reach(address, options);
      assertGiven(response, options.maxBytes);
      const { 'content-length': length, 'content-type': type, 'content-encoding': encoding } = response.headers;
      return {
        stream: Readable.from(bodyOf(response, options.maxBytes), { objectMode: false }),
        size: typeof length === 'string' ? Number(length) : null,
        mimeType: typeof type === 'string' ? type : null,
        encoding: typeof encoding === 'string' ? encoding : null,
        url,
      };
    },
    async start() {
      const common = {
        connections: CONNECTIONS_PER_ORIGIN,
        headersTimeout: SILENCE_LIMIT_MS,
        bodyTimeout: SILENCE_LIMIT_MS,
      };
      agents = {
        anywhere: new Agent({ ...common, connect: { timeout: CONNECT_LIMIT_MS } }),
        outside: new Agent({ ...common, connect: publicConnector({ timeoutMs: CONNECT_LIMIT_MS, lookup }) }),
      };
    },
    async stop() {
      const stopping = agents;
      agents = undefined;
      await Promise.all([stopping?.anywhere.destroy(), stopping?.outside.destroy()]);
    },
  };
}

/** @throws PublicFetchError for what is no address, has another protocol, or credentials in it. */
function checked(address: string, base?: string): URL {
  const url = URL.parse(address, base);
  if (!url) throw PublicFetchError.notFound('not an address');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw PublicFetchError.forbiddenAddress(url.protocol);
  if (url.username || url.password) throw PublicFetchError.forbiddenAddress('an address with credentials');
  return url;
}

function redirection({ statusCode, headers }: Dispatcher.ResponseData): string | undefined {
  const { location } = headers;
  return redirections.has(statusCode) && typeof location === 'string' ? location : undefined;
}

/** What else would come: it could be endless. */
function abandon({ body }: Dispatcher.ResponseData): void {
  body.on('error', () => undefined).destroy();
}

function assertGiven(response: Dispatcher.ResponseData, maxBytes: number): void {
  const { statusCode, headers } = response;
  // What it says of its length may spare the way, and is not believed.
  const isTooLarge = Number(headers['content-length']) > maxBytes;
  if (statusCode === 200 && !isTooLarge) return;
  abandon(response);
  throw statusCode === 200 ? PublicFetchError.tooLarge(maxBytes) : refusalOf(statusCode);
}

async function* bodyOf(response: Dispatcher.ResponseData, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw PublicFetchError.tooLarge(maxBytes);
      yield chunk;
    }
  } catch (error) {
    throw said(error);
  } finally {
    abandon(response);
  }
}

/** Platforms' own servers answer 403 for an address whose time is over. */
function refusalOf(status: number): PublicFetchError {
  const why = `status ${String(status)}`;
  const again = status >= 500 || status === 429 || status === 408;
  return again ? PublicFetchError.unavailable(why) : PublicFetchError.notFound(why);
}

function said(error: unknown): PublicFetchError {
  if (error instanceof PublicFetchError) return error;
  return PublicFetchError.unavailable(error instanceof Error ? error.message : String(error), error);
}
