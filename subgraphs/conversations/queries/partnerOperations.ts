import type { Sql } from '#platform/postgres/sql.ts';

export interface PartnerOperationRow {
  readonly id: string;
  readonly name: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly cost: number;
  readonly publishedAt: Date;
  readonly retiredAt: Date | null;
  readonly calls: number;
  readonly lastCalledAt: Date | null;
}

/** What a partner may run by this id; undefined for nothing, or nothing any more. */
export async function publishedOperation(
  sql: Sql,
  { companyId, partner, id }: { readonly companyId: string; readonly partner: string; readonly id: string },
): Promise<{ readonly name: string; readonly body: string } | undefined> {
  const [operation] = await sql<{ name: string; body: string }>`
    select name, body from conversations.partner_operations
    where company_id = ${companyId} and partner = ${partner} and id = ${id} and retired_at is null`;
  return operation;
}

/** All that were ever published for a partner, by name, the newest version first. */
export async function partnerOperations(sql: Sql, companyId: string, partner: string): Promise<PartnerOperationRow[]> {
  return sql<PartnerOperationRow>`
    select o.id, o.name, o.type, o.cost, o.published_at as "publishedAt", o.retired_at as "retiredAt",
      coalesce(c.calls, 0)::int as calls, c.last as "lastCalledAt"
    from conversations.partner_operations o
    left join lateral (
      select sum(p.calls) as calls, max(p.last_called_at) as last from conversations.partner_calls p
      where p.company_id = o.company_id and p.partner = o.partner and p.operation_id = o.id
    ) c on true
    where o.company_id = ${companyId} and o.partner = ${partner}
    order by o.name, o.published_at desc, o.id`;
}

export interface OperationCallerRow {
  readonly keyId: string;
  readonly name: string;
  readonly hint: string;
  readonly calls: number;
  readonly lastCalledAt: Date;
}

/** With which keys an operation was run since then. */
export async function operationCallers(
  sql: Sql,
  { companyId, partner, id, since }: { companyId: string; partner: string; id: string; since: Date },
): Promise<OperationCallerRow[]> {
  return sql<OperationCallerRow>`
    select k.id as "keyId", k.name, k.hint, c.calls::int as calls, c.last_called_at as "lastCalledAt"
    from conversations.partner_calls c
    join conversations.partner_keys k on k.company_id = c.company_id and k.id = c.key_id
    where c.company_id = ${companyId} and c.partner = ${partner} and c.operation_id = ${id}
      and c.last_called_at >= ${since}
    order by c.last_called_at desc, k.id`;
}
