import { isIP, connect as connectPlainly, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { Exchange } from './exchange.ts';
import { createHeadReader } from './replyHead.ts';
import { ReplyReader, type Reply } from './replyReader.ts';

export interface LineOptions {
  /** Where the server is. */
  readonly url: URL;
  readonly connectTimeoutMs: number;
  readonly maxReplyBytes: number;
}

/** Whose line it is. */
export interface LineOwner {
  /** It can be used for another exchange. */
  onFree(line: Line): void;
  /** It is gone, and its exchange has failed if it had one. */
  onClosed(line: Line): void;
}

const READ_BYTES = 64 * 1_024;
/** A network that forgets connections without telling is found out between requests. */
const PROBE_AFTER_MS = 60_000;

/** One connection to a server, with one exchange at a time. */
export class Line {
  readonly #socket: Socket;
  readonly #owner: LineOwner;
  readonly #maxReplyBytes: number;
  readonly #readHead = createHeadReader();
  readonly #connecting: NodeJS.Timeout;
  #exchange: Exchange | undefined;
  #reader: ReplyReader | undefined;
  #usableUntil = Infinity;
  #isClosed = false;

  constructor({ url, connectTimeoutMs, maxReplyBytes }: LineOptions, owner: LineOwner) {
    this.#owner = owner;
    this.#maxReplyBytes = maxReplyBytes;
    this.#connecting = setTimeout(
      () => this.#end(passing('ETIMEDOUT', `no connection within ${String(connectTimeoutMs)} ms`)),
      connectTimeoutMs,
    );
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    this.#socket = connect(url, {
      buffer,
      callback: (count) => {
        this.#receive(buffer.subarray(0, count));
        return true;
      },
    });
    const reset = (): void => this.#end(passing('ECONNRESET', 'the connection ended before the answer was there'));
    this.#socket
      .once(isSecure(url) ? 'secureConnect' : 'connect', () => clearTimeout(this.#connecting))
      .on('error', (error) => this.#end(error))
      .once('end', () => this.#finish(this.#reader?.end()))
      .once('end', reset)
      .once('close', reset);
  }

  get isUsable(): boolean {
    return !this.#isClosed && performance.now() < this.#usableUntil;
  }

  send(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#reader = new ReplyReader(this.#readHead, this.#maxReplyBytes);
    exchange.begin(() => this.close());
    this.#socket.write(exchange.request, 'latin1');
  }

  close(): void {
    this.#end(new Error('the connection was closed'));
  }

  #receive(bytes: Buffer): void {
    if (this.#isClosed) return;
    try {
      if (!this.#reader) throw new Error('a reply that nobody has asked for');
      this.#finish(this.#reader.read(bytes));
    } catch (error) {
      this.#end(error);
    }
  }

  #finish(reply: Reply | undefined): void {
    const exchange = this.#exchange;
    if (!reply || !exchange) return;
    this.#exchange = this.#reader = undefined;
    this.#usableUntil = performance.now() + reply.keptMs;
    exchange.succeed(reply);
    if (reply.keptMs === 0) this.close();
    else this.#owner.onFree(this);
  }

  #end(reason: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#connecting);
    this.#socket.destroy();
    const exchange = this.#exchange;
    this.#exchange = this.#reader = undefined;
    exchange?.fail(reason);
    this.#owner.onClosed(this);
  }
}

/** Read without a stream: what comes is looked at where it came. */
function connect(url: URL, onread: OnReadOpts): Socket {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const options = { host, noDelay: true, keepAlive: true, keepAliveInitialDelay: PROBE_AFTER_MS, onread };
  if (!isSecure(url)) return connectPlainly({ ...options, port: Number(url.port || 80) });
  const named = isIP(host) === 0 && { servername: host };
  return connectSecurely({ ...options, ...named, port: Number(url.port || 443), ALPNProtocols: ['http/1.1'] });
}

function isSecure({ protocol }: URL): boolean {
  return protocol === 'https:';
}

/** Something that another try may get over. */
function passing(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
