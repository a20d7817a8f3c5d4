import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { KeyUsed } from '#schema/partners.ts';

/** When keys of one company were used last, and for what. Of what several routers say, the latest holds. */
export async function noteKeysUsed(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  used: readonly KeyUsed[],
): Promise<void> {
  const calls = used.flatMap(({ keyId, at, calls: ofKey }) => ofKey.map((one) => ({ ...one, keyId, at })));
  await database.write(companyId, async ({ sql }) => {
    // In the order of their ids, so that two routers do not wait for each other.
    await sql`
      update conversations.partner_keys k set last_used_at = greatest(k.last_used_at, u.at)
      from (
        select l.id, u.at from jsonb_to_recordset(${JSON.stringify(used)}::jsonb) as u ("keyId" uuid, at timestamptz)
        join lateral (
          select id from conversations.partner_keys where company_id = ${companyId} and id = u."keyId" for update
        ) l on true
        order by u."keyId"
      ) u
      where k.company_id = ${companyId} and k.id = u.id`;
    await sql`
      insert into conversations.partner_calls as c (company_id, partner, operation_id, key_id, calls, last_called_at)
      select o.company_id, o.partner, o.id, k.id, u.calls, u.at
      from jsonb_to_recordset(${JSON.stringify(calls)}::jsonb)
        as u ("keyId" uuid, "operationId" text, calls int, at timestamptz)
      join conversations.partner_keys k on k.company_id = ${companyId} and k.id = u."keyId"
      join conversations.partner_operations o
        on o.company_id = ${companyId} and o.partner = k.partner and o.id = u."operationId"
      order by k.id, o.id
      on conflict (company_id, partner, operation_id, key_id) do update set
        calls = c.calls + excluded.calls, last_called_at = greatest(c.last_called_at, excluded.last_called_at)`;
  });
}
