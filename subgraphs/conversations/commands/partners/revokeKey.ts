import { isId } from '../../ids.ts';
import type { Outcome } from '../asAgent.ts';
import { audit } from '../audit.ts';
import type { KeyTransaction } from './issueKey.ts';
import { keyNotFound } from './rotateKey.ts';

/** Ends a key. One that was revoked already stays so. */
export async function revokeKey(
  transaction: KeyTransaction,
  { keyId }: { readonly keyId: string },
): Promise<Outcome<{ keyId: string }>> {
  const { sql, companyId } = transaction;
  const [key] = isId(keyId)
    ? await sql<{ id: string; revokedAt: Date | null }>`
        select id, revoked_at as "revokedAt" from conversations.partner_keys
        where company_id = ${companyId} and id = ${keyId} for update`
    : [];
  if (!key) return keyNotFound();
  if (key.revokedAt) return { keyId: key.id };
  await sql`
    update conversations.partner_keys set revoked_at = now() where company_id = ${companyId} and id = ${key.id}`;
  await audit(transaction, { action: 'partnerKey.revoked', subject: { kind: 'partnerKey', id: key.id } });
  return { keyId: key.id };
}
