import { createHistogram } from 'node:perf_hooks';
import { WebSocket } from 'ws';
import { pause } from '#platform/lifecycle/backoff.ts';
import { answer } from './child.ts';

export type ClientsQuestion =
  | {
      readonly kind: 'open';
      readonly url: string;
      readonly query: string;
      /** One for each socket, or one for all. */
      readonly tokens: readonly string[];
      readonly count: number;
    }
  | { readonly kind: 'begin' }
  | { readonly kind: 'await'; readonly deliveries: number; readonly limitMs: number }
  | { readonly kind: 'close' };

export interface Received {
  readonly deliveries: number;
  /** From the first to the last of them. */
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly closed: number;
}

/** So many handshakes at a time. */
const OPENING = 100;
const OCCURRED = Buffer.from('"occurredAt":"');
const INSTANT_LENGTH = '2026-01-01T00:00:00.000Z'.length;

/** Thousands of clients that do nothing but listen: of an answer they read when it happened. */
const sockets = new Set<WebSocket>();
let latency = createHistogram();
let deliveries = 0;
let firstAt = 0;
let lastAt = 0;
let closed = 0;
/** All sockets get the same: an instant is read once. */
let lastInstant = Buffer.alloc(0);
let lastInstantMs = 0;

answer<ClientsQuestion>(async (question) => {
  switch (question.kind) {
    case 'open':
      await openAll(question);
      return {};
    case 'begin':
      latency = createHistogram();
      deliveries = 0;
      return {};
    case 'await':
      for (const until = Date.now() + question.limitMs; deliveries < question.deliveries && Date.now() < until;) {
        await pause(10);
      }
      return received();
    case 'close':
      for (const socket of sockets) socket.terminate();
      sockets.clear();
      return {};
  }
});

async function openAll({ url, query, tokens, count }: Extract<ClientsQuestion, { kind: 'open' }>): Promise<void> {
  for (let opened = 0; opened < count; opened += OPENING) {
    const batch = Array.from({ length: Math.min(OPENING, count - opened) }, (_, n) =>
      open(url, query, tokens[(opened + n) % tokens.length] ?? ''),
    );
    await Promise.all(batch);
  }
}

function open(url: string, query: string, token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false, skipUTF8Validation: true });
    sockets.add(socket);
    socket.on('error', reject);
    socket.on('close', () => {
      closed += 1;
      sockets.delete(socket);
    });
    socket.on('open', () => {
      const payload = { authorization: `Bearer ${token}` };
      socket.send(JSON.stringify({ type: 'connection_init', payload }));
    });
    socket.once('message', () => {
      socket.send(JSON.stringify({ type: 'subscribe', id: crypto.randomUUID(), payload: { query } }));
      socket.on('message', take);
      resolve();
    });
  });
}

function take(data: WebSocket.RawData): void {
  const now = Date.now();
  if (!Buffer.isBuffer(data)) return;
  const at = data.indexOf(OCCURRED) + OCCURRED.length;
  if (at < OCCURRED.length) return;
  const instant = data.subarray(at, at + INSTANT_LENGTH);
  if (!instant.equals(lastInstant)) {
    lastInstant = Buffer.from(instant);
    lastInstantMs = Date.parse(instant.toString());
  }
  if (deliveries === 0) firstAt = now;
  lastAt = now;
  deliveries += 1;
  latency.record(Math.max(1, now - lastInstantMs));
}

function received(): Received {
  const seconds = (lastAt - firstAt) / 1_000;
  return { deliveries, seconds, p50: latency.percentile(50), p99: latency.percentile(99), closed };
}
