import { z } from 'zod';

/** The WebSocket subprotocol: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md */
export const SUBPROTOCOL = 'graphql-transport-ws';

/** Why the server closes a socket, in the protocol's own numbers where it has one. */
export const closeCodes = {
  goingAway: 1001,
  /** The user has too many: the usual clients come again by themselves. */
  tryAgainLater: 1013,
  internalError: 4500,
  badRequest: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  subprotocolNotAcceptable: 4406,
  initialisationTimeout: 4408,
  subscriberAlreadyExists: 4409,
  tooManyInitialisations: 4429,
  /** The same number: the usual clients do not come again by themselves, and are not to. */
  tooManyMessages: 4429,
  /** Ours: what waited for the socket was too much. Everything sent before is there; come again, and resume behind it. */
  stayedBehind: 4460,
} as const;

const id = z.string().min(1).max(128);
const payload = z.record(z.string(), z.unknown());

const clientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connection_init'), payload: payload.nullish() }),
  z.object({ type: z.literal('ping'), payload: payload.nullish() }),
  z.object({ type: z.literal('pong'), payload: payload.nullish() }),
  z.object({ type: z.literal('subscribe'), id, payload }),
  z.object({ type: z.literal('complete'), id }),
]);
export type ClientMessage = z.output<typeof clientMessage>;

/** Undefined for what is no message of the protocol. */
export function parseClientMessage(text: string): ClientMessage | undefined {
  try {
    return clientMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** A reason for closing in the 123 bytes that the protocol gives it, without a broken character at its end. */
export function closeReason(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(123));
  return text.slice(0, read);
}
