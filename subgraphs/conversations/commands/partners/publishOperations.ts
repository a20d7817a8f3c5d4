import { partnerName, type PublishedOperation } from '#schema/partners.ts';
import { refuse, type Outcome } from '../asAgent.ts';
import { audit } from '../audit.ts';
import type { KeyTransaction } from './issueKey.ts';

/** Of one partner, those that were retired included: more are not written by people. */
const MOST = 2_000;

/**
 * Lets a partner run these operations, besides those that it may already. All or none: an id that means something else already is taken for
 * good, since who calls by it has the other in mind. One that was retired comes back.
 */
export async function publishOperations(
  transaction: KeyTransaction,
  { partner, operations }: { readonly partner: string; readonly operations: readonly PublishedOperation[] },
): Promise<Outcome<{ readonly published: readonly string[] }>> {
  if (!partnerName.safeParse(partner).success) {
    return refuse('INVALID', 'A partner’s name has 1 to 63 small letters, digits and dashes.', 'partner');
  }
  const { sql, companyId } = transaction;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`partner operations ${companyId} ${partner}`}, 0))`;
  const known = await sql<{ id: string; body: string; isRetired: boolean }>`
    select id, body, retired_at is not null as "isRetired" from conversations.partner_operations
    where company_id = ${companyId} and partner = ${partner}`;
  const bodies = new Map(known.map((one) => [one.id, one]));
  const taken = operations.filter(({ id, body }) => (bodies.get(id)?.body ?? body) !== body);
  if (taken.length > 0) {
    const names = taken.map(({ id, name }) => `${name} (${id})`).join(', ');
    return refuse(
      'ID_TAKEN',
      `Something else was published by these ids: ${names}. Give the new versions new ids.`,
      'id',
    );
  }
  const fresh = operations.filter(({ id }) => bodies.get(id)?.isRetired ?? true);
  const unknown = fresh.filter(({ id }) => !bodies.has(id));
  if (known.length + unknown.length > MOST) {
    return refuse('TOO_MANY', `A partner has at most ${String(MOST)} operations.`, 'operations');
  }
  if (fresh.length === 0) return { published: [] };
  await sql`
    insert into conversations.partner_operations (company_id, partner, id, name, type, body, cost)
    select ${companyId}, ${partner}, o.id, o.name, o.type, o.body, o.cost
    from jsonb_to_recordset(${JSON.stringify(fresh)}::jsonb) as o (id text, name text, type text, body text, cost int)
    on conflict (company_id, partner, id) do update set retired_at = null, published_at = now(), cost = excluded.cost`;
  const published = fresh.map(({ id }) => id);
  await audit(transaction, {
    action: 'partnerOperations.published',
    subject: { kind: 'partner', id: partner },
    after: { operations: fresh.map(({ id, name, cost }) => ({ id, name, cost })) },
  });
  return { published };
}
