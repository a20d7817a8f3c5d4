import { pause } from '#platform/lifecycle/backoff.ts';
import type { CircuitBreaker } from '#platform/limits/circuitBreaker.ts';
import type { Pacer } from '#platform/limits/pacer.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Pace, SendResult } from '../platforms/outbound.ts';
import type { Senders } from '../platforms/senders.ts';
import { claimPart } from './claimPart.ts';
import type { Send } from './decide.ts';
import type { Lease } from './queue.ts';
import type { Outcome } from './recordSend.ts';

/** Up to here a place in a pace is waited for with the queue in hand: giving it back and taking it costs more. */
const HOLD_MS = 500;
/**
 * So late may a send make use of its place. The platform counts when it arrives: one that was held up arrives together with
 * those that have the places after it, and of quick paces some tens of milliseconds are all that lies below the limits.
 */
const LATE_MS = 25;

/** Sends one part when the platform's paces let it, after its claim is committed. */
export async function sendPart(
  lease: Lease,
  send: Send,
  options: {
    readonly database: Database<SwitchboardCatalogue>;
    readonly senders: Senders;
    readonly pacer: Pacer;
    readonly breaker: CircuitBreaker;
    readonly stopping: AbortSignal;
  },
): Promise<Outcome> {
  const { database, pacer, breaker, stopping } = options;
  const { account, content, channelId } = send;
  const sender = options.senders[account.platform];
  const paces = sender.paces(account, send.options.threadExternalId, content);
  const waitMs = (await waitForPlace(pacer, paces, stopping)) || breaker.enter(channelId);
  if (waitMs > 0) return { kind: 'heldBack', waitMs };
  const placedAt = performance.now();
  if (!(await database.write(lease.companyId, ({ sql }) => claimPart(sql, lease, send)))) {
    return { kind: 'heldBack', waitMs: 0 };
  }
  const againMs = await waitForPlace(pacer, missed(paces, performance.now() - placedAt), stopping);
  if (againMs > 0) return { kind: 'heldBack', waitMs: againMs };
  const result = await sender.send(account, content, { ...send.options, stopping });
  if (isTrouble(result)) breaker.failed(channelId);
  else breaker.succeeded(channelId);
  return result;
}

/** 0 when it has a place; else how long to leave the queue alone. */
async function waitForPlace(pacer: Pacer, paces: readonly Pace[], stopping: AbortSignal): Promise<number> {
  for (let heldMs = 0; ;) {
    const waitMs = await pacer.take(paces);
    if (waitMs === 0) return 0;
    heldMs += waitMs;
    if (heldMs > HOLD_MS || stopping.aborted) return waitMs;
    await pause(waitMs, stopping);
  }
}

/** Where others have had their places meanwhile. */
function missed(paces: readonly Pace[], lateMs: number): readonly Pace[] {
  return lateMs > LATE_MS ? paces.filter(({ perSecond }) => (lateMs / 1_000) * perSecond >= 1) : [];
}

function isTrouble(result: SendResult): boolean {
  return result.kind === 'unconfirmed' || (result.kind === 'refused' && result.platformDown === true);
}
