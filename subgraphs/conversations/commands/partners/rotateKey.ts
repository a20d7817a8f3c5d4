import { isId } from '../../ids.ts';
import { isGood } from '../../queries/partnerKeys.ts';
import { refuse, type Outcome, type Refusal } from '../asAgent.ts';
import { audit } from '../audit.ts';
import type { KeyTerms } from './keyInput.ts';
import { storeKey, type IssuedKey, type KeyTransaction } from './issueKey.ts';

const DEFAULT_HOURS = 24;
const MOST_HOURS = 30 * 24;
const HOUR_MS = 60 * 60 * 1_000;

/**
 * Issues a key in place of another, which stays good for a while beside it: the partner changes over without standing still. A key
 * that has been replaced is not replaced again.
 */
export async function rotateKey(
  transaction: KeyTransaction,
  { keyId, overlapHours = DEFAULT_HOURS }: { readonly keyId: string; readonly overlapHours?: number | undefined },
): Promise<Outcome<IssuedKey>> {
  if (overlapHours < 0 || overlapHours > MOST_HOURS) {
    return refuse('INVALID', `The overlap is 0 to ${String(MOST_HOURS)} hours.`, 'overlapHours');
  }
  const { sql, companyId } = transaction;
  const [old] = isId(keyId)
    ? await sql<KeyTerms & { id: string; replacedById: string | null }>`
        select k.id, k.partner, k.name, k.scopes, k.requests_per_minute as "requestsPerMinute",
          k.cost_per_minute as "costPerMinute", k.expires_at as "expiresAt", k.replaced_by_id as "replacedById"
        from conversations.partner_keys k
        where k.company_id = ${companyId} and k.id = ${keyId} and ${isGood} for update`
    : [];
  if (!old) return keyNotFound();
  if (old.replacedById !== null) {
    return refuse('REPLACED', 'Another key was issued in its place already: rotate that one.', 'keyId');
  }
  const { id, replacedById: _none, ...terms } = old;
  const issued = await storeKey(transaction, terms, id);
  if ('userErrors' in issued) return issued;
  const endsAt = new Date(Date.now() + overlapHours * HOUR_MS);
  const expiresAt = old.expiresAt && old.expiresAt < endsAt ? old.expiresAt : endsAt;
  await sql`
    update conversations.partner_keys set replaced_by_id = ${issued.keyId}, expires_at = ${expiresAt}
    where company_id = ${companyId} and id = ${id}`;
  await audit(transaction, {
    action: 'partnerKey.rotated',
    subject: { kind: 'partnerKey', id },
    before: { expiresAt: old.expiresAt?.toISOString() ?? null },
    after: { expiresAt: expiresAt.toISOString() },
  });
  return issued;
}

export function keyNotFound(): Refusal {
  return refuse('NOT_FOUND', 'The company has no such key, or not any more.', 'keyId');
}
