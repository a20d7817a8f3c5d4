import type { Identity } from '#platform/identity/identity.ts';
import type { Pacer } from '#platform/limits/pacer.ts';
import { OperationError } from './errors.ts';

/** A page that opens asks for a handful of things at once; somebody who writes, and is seen to, for one or two a second. */
const PER_SECOND = 3;
const BURST = 60;

/**
 * Holds each visitor of a web chat, over all routers, to what a person does: a token is had for the asking. Resolves when an
 * operation may be run.
 *
 * @throws OperationError `RATE_LIMITED`.
 */
export type LimitVisitor = (identity: Identity | undefined) => Promise<void>;

export function createVisitorLimit(pacer: Pacer): LimitVisitor {
  return async (identity) => {
    if (identity?.kind !== 'visitor') return;
    const key = `router:visitor:${identity.visitorId}`;
    const waitMs = await pacer.take([{ key, perSecond: PER_SECOND, burst: BURST }]);
    if (waitMs > 0) throw OperationError.rateLimited(Math.ceil(waitMs / 1_000));
  };
}
