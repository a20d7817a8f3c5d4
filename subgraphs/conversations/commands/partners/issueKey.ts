import { createPartnerKey } from '#platform/identity/partnerKeys.ts';
import type { Actor } from '#platform/events/catalogue.ts';
import type { Transaction } from '../../facts.ts';
import { isGood } from '../../queries/partnerKeys.ts';
import { refuse, type Outcome } from '../asAgent.ts';
import { audit } from '../audit.ts';
import { readTerms, type KeyInput, type KeyTerms } from './keyInput.ts';

/** A transaction in which somebody who may manages the company's keys: an admin, or an operator of the installation. */
export interface KeyTransaction extends Pick<Transaction, 'sql'> {
  readonly companyId: string;
  readonly actor: Actor;
}

/** The key's text is for the partner, once: only its hash is kept. */
export interface IssuedKey {
  readonly keyId: string;
  readonly text: string;
}

/** Good at a time, in one company: more are a mistake, or somebody who forgets to revoke. */
const MOST = 200;

/** Gives a partner a key. */
export async function issueKey(transaction: KeyTransaction, input: KeyInput): Promise<Outcome<IssuedKey>> {
  const terms = readTerms(input, new Date());
  return 'userErrors' in terms ? terms : storeKey(transaction, terms);
}

/** Makes the key, unless the company has too many. @param replaces the key in whose place it is. */
export async function storeKey(
  transaction: KeyTransaction,
  terms: KeyTerms,
  replaces: string | null = null,
): Promise<Outcome<IssuedKey>> {
  const { sql, companyId } = transaction;
  const { partner, name, scopes, requestsPerMinute, costPerMinute, expiresAt } = terms;
  const { keyId, hash, text } = createPartnerKey(companyId);
  const stored = await sql`
    insert into conversations.partner_keys (company_id, id, partner, name, hash, hint, scopes, requests_per_minute,
      cost_per_minute, expires_at)
    select ${companyId}, ${keyId}, ${partner}, ${name}, ${hash}, ${text.slice(-4)}, ${scopes}::text[],
      ${requestsPerMinute}, ${costPerMinute}, ${expiresAt}::timestamptz
    where (select count(*) from conversations.partner_keys k where k.company_id = ${companyId} and ${isGood}) < ${MOST}
    returning 1 as stored`;
  if (stored.length === 0) {
    return refuse('TOO_MANY', `A company has at most ${String(MOST)} keys at a time: revoke some first.`, 'partner');
  }
  await audit(transaction, {
    action: 'partnerKey.issued',
    subject: { kind: 'partnerKey', id: keyId },
    after: { ...terms, expiresAt: expiresAt?.toISOString() ?? null, ...(replaces !== null && { replaces }) },
  });
  return { keyId, text };
}
