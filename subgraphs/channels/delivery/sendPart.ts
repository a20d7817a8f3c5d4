import { pause } from '#platform/lifecycle/backoff.ts';
import type { CircuitBreaker } from '#platform/limits/circuitBreaker.ts';
import type { Pacer } from '#platform/limits/pacer.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { Pace, ReviseResult, SendResult } from '../platforms/outbound.ts';
import type { Senders } from '../platforms/senders.ts';
import { claimPart } from './claimPart.ts';
import type { Send } from './decide.ts';
import { notRevisable } from './failures.ts';
import { renewLease, type Lease } from './queue.ts';
import type { Outcome } from './recordSend.ts';
import type { ReviseOutcome } from './revisions/recordRevision.ts';
import type { Revise } from './revisions/revision.ts';

/** Up to here a place in a pace is waited for with the queue in hand: giving it back and taking it costs more. */
const HOLD_MS = 500;
/**
 * So late may a send make use of its place. The platform counts when it arrives: one that was held up arrives together with
 * those that have the places after it, and of quick paces some tens of milliseconds are all that lies below the limits.
 */
const LATE_MS = 25;

interface CallOptions {
  readonly database: Database<SwitchboardCatalogue>;
  readonly senders: Senders;
  readonly pacer: Pacer;
  readonly breaker: CircuitBreaker;
  readonly stopping: AbortSignal;
}

/** Sends one part when the platform's paces let it, after its claim is committed. */
export function sendPart(lease: Lease, send: Send, options: CallOptions): Promise<Outcome> {
  const { account, content } = send;
  const sender = options.senders[account.platform];
  const { stopping } = options;
  return inTurn(lease, send.channelId, options, {
    paces: sender.paces(account, send.options.threadExternalId, content),
    claim: (sql) => claimPart(sql, lease, send),
    call: () => sender.send(account, content, { ...send.options, stopping }),
  });
}

/** Changes one part that went out. To be made twice does it no harm, so the queue is all that has to be ours. */
export function revisePart(
  lease: Lease,
  { revision, account, change }: Revise,
  options: CallOptions,
): Promise<ReviseOutcome> {
  const sender = options.senders[account.platform];
  const refused = { kind: 'refused', failure: notRevisable, again: false } as const;
  return inTurn<ReviseResult>(lease, revision.channelId, options, {
    // A platform counts it as it counts a text.
    paces: sender.paces(account, revision.threadExternalId, { text: '' }),
    claim: (sql) => renewLease(sql, lease),
    call: async () => sender.revise?.(account, change) ?? refused,
  });
}

type Answer = SendResult | ReviseResult;

async function inTurn<Result extends Answer>(
  lease: Lease,
  channelId: string,
  { database, pacer, breaker, stopping }: CallOptions,
  {
    paces,
    claim,
    call,
  }: {
    readonly paces: readonly Pace[];
    readonly claim: (sql: Sql) => Promise<boolean>;
    readonly call: () => Promise<Result>;
  },
): Promise<Result | { readonly kind: 'heldBack'; readonly waitMs: number }> {
  const waitMs = (await waitForPlace(pacer, paces, stopping)) || breaker.enter(channelId);
  if (waitMs > 0) return { kind: 'heldBack', waitMs };
  const placedAt = performance.now();
  if (!(await database.write(lease.companyId, ({ sql }) => claim(sql)))) return { kind: 'heldBack', waitMs: 0 };
  const againMs = await waitForPlace(pacer, missed(paces, performance.now() - placedAt), stopping);
  if (againMs > 0) return { kind: 'heldBack', waitMs: againMs };
  const result = await call();
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

function isTrouble(result: Answer): boolean {
  return result.kind === 'unconfirmed' || (result.kind === 'refused' && result.platformDown === true);
}
