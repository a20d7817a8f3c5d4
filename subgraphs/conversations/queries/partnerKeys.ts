import type { PageRequest } from '#platform/graphql/connection.ts';
import { fragment, type Fragment, type Sql } from '#platform/postgres/sql.ts';
import { partnerLimits } from '#schema/partners.ts';
import type { PartnerKeyRow } from '../rows.ts';
import { keyset } from './keyset.ts';

const columns = fragment`k.id, k.partner, k.name, k.hint, k.scopes, k.requests_per_minute as "requestsPerMinute",
  k.cost_per_minute as "costPerMinute", k.created_at as "createdAt", k.expires_at as "expiresAt",
  k.revoked_at as "revokedAt", k.last_used_at as "lastUsedAt", k.replaced_by_id as "replacedById"`;

/** A page of the company's keys and one row more, newest first when read forward. */
export async function partnerKeyPage(
  sql: Sql,
  companyId: string,
  partner: string | null | undefined,
  page: PageRequest,
): Promise<PartnerKeyRow[]> {
  const place = { at: fragment`k.created_at`, id: fragment`k.id` };
  const { beyondCursor, order, limit } = keyset(place, page, 'descending');
  const ofPartner: Fragment = partner == null ? fragment`` : fragment`and k.partner = ${partner}`;
  return sql<PartnerKeyRow>`
    select ${columns} from conversations.partner_keys k
    where k.company_id = ${companyId} ${ofPartner} ${beyondCursor}
    order by ${order} limit ${limit}`;
}

export async function partnerKeyById(sql: Sql, companyId: string, id: string): Promise<PartnerKeyRow | undefined> {
  const [key] = await sql<PartnerKeyRow>`
    select ${columns} from conversations.partner_keys k where k.company_id = ${companyId} and k.id = ${id}`;
  return key;
}

/** A key that is good now, with its hash. */
export async function goodPartnerKey(
  sql: Sql,
  companyId: string,
  id: string,
): Promise<(PartnerKeyRow & { readonly hash: string }) | undefined> {
  const [key] = await sql<PartnerKeyRow & { readonly hash: string }>`
    select ${columns}, k.hash from conversations.partner_keys k
    where k.company_id = ${companyId} and k.id = ${id} and ${isGood}`;
  return key;
}

/** What an operation of a partner may cost so that each of its keys can run it, now and then; without keys, what a new one gets. */
export async function leastCostPerMinute(sql: Sql, companyId: string, partner: string): Promise<number> {
  const [least] = await sql<{ cost: number | null }>`
    select min(k.cost_per_minute) as cost from conversations.partner_keys k
    where k.company_id = ${companyId} and k.partner = ${partner} and ${isGood}`;
  return least?.cost ?? partnerLimits.costPerMinute;
}

/** For statements that read keys as `k`. */
export const isGood = fragment`k.revoked_at is null and (k.expires_at is null or k.expires_at > now())`;
