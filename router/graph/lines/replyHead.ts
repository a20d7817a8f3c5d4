/** How the end of a body is known. */
export type Framing =
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunks' }
  /** The connection ends with it. */
  | { readonly kind: 'connection' };

/** What a reply's head says that matters to who reads it (RFC 9112). */
export interface ReplyHead {
  readonly status: number;
  readonly framing: Framing;
  /** How long the connection may be used for another request: 0 is not at all. */
  readonly keptMs: number;
}

/** What came is no reply in HTTP/1. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
}

/** What servers are known to wait at the least when they do not say how long. */
const KEPT_MS = 4_000;
/** A server that closes a connection in the very moment in which it is used leaves open whether it was asked. */
const KEPT_MARGIN_MS = 1_000;

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;

/**
 * @param text Up to the empty line.
 * @throws ReplyError
 */
export function readReplyHead(text: string): ReplyHead {
  const lines = text.split('\r\n');
  const [, minor, status] = STATUS_LINE.exec(lines[0] ?? '') ?? [];
  if (status === undefined) throw new ReplyError('a reply without a status line of HTTP/1');
  const found = new Map<string, string>();
  for (let index = 1; index < lines.length; index++) addField(found, lines[index] ?? '');
  const framing = framingOf(Number(status), found);
  const connection = found.get('connection')?.toLowerCase();
  const isKept = minor === '1' && framing.kind !== 'connection' && !connection?.includes('close');
  return { status: Number(status), framing, keptMs: isKept ? keptMsOf(found.get('keep-alive')) : 0 };
}

/** The same for a server that says the same again, as most do within a second. */
export function createHeadReader(): (text: string) => ReplyHead {
  let last: { readonly text: string; readonly head: ReplyHead } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, head: readReplyHead(text) };
    return last.head;
  };
}

function addField(found: Map<string, string>, line: string): void {
  const colon = line.indexOf(':');
  if (colon < 1) throw new ReplyError('a field of a reply without a name');
  const name = line.slice(0, colon).toLowerCase();
  const value = line.slice(colon + 1).trim();
  const before = found.get(name);
  found.set(name, before === undefined ? value : `${before}, ${value}`);
}

/** @throws ReplyError when it can be read in two ways: whoever reads it in the wrong one takes a body for the next reply. */
function framingOf(status: number, found: ReadonlyMap<string, string>): Framing {
  if (status < 200 || status === 204 || status === 304) return { kind: 'length', bytes: 0 };
  const coding = found.get('transfer-encoding');
  const length = found.get('content-length');
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked' || length !== undefined) {
      throw new ReplyError('a reply whose length is said in more than one way');
    }
    return { kind: 'chunks' };
  }
  if (length === undefined) return { kind: 'connection' };
  if (!/^\d{1,15}$/.test(length)) throw new ReplyError('a reply whose length is no number');
  return { kind: 'length', bytes: Number(length) };
}

function keptMsOf(keepAlive: string | undefined): number {
  const seconds = keepAlive === undefined ? undefined : /(?:^|[,\s])timeout=(\d{1,6})/i.exec(keepAlive)?.[1];
  return seconds === undefined ? KEPT_MS : Math.max(0, Number(seconds) * 1_000 - KEPT_MARGIN_MS);
}
