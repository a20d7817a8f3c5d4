import type { NatsPart } from './nats.ts';

/**
 * Tells whoever listens right now, once and without a promise. While the connection is away nothing is told: it would wait
 * in a buffer and come when it is not true any more.
 */
export function publishSignal(nats: NatsPart, subject: string, signal: object): void {
  if (nats.connected) nats.connection.publish(subject, JSON.stringify(signal));
}
