import { refuse, type Outcome } from '../asAgent.ts';
import { audit } from '../audit.ts';
import type { KeyTransaction } from './issueKey.ts';

/** A partner may not run this operation any more. One that was retired already stays so. */
export async function retireOperation(
  transaction: KeyTransaction,
  { partner, id }: { readonly partner: string; readonly id: string },
): Promise<Outcome<{ readonly id: string }>> {
  const { sql, companyId } = transaction;
  const [operation] = await sql<{ name: string; isRetired: boolean }>`
    select name, retired_at is not null as "isRetired" from conversations.partner_operations
    where company_id = ${companyId} and partner = ${partner} and id = ${id} for update`;
  if (!operation) return refuse('NOT_FOUND', `${partner} has no operation ${id}: list what there is.`, 'id');
  if (operation.isRetired) return { id };
  await sql`
    update conversations.partner_operations set retired_at = now()
    where company_id = ${companyId} and partner = ${partner} and id = ${id}`;
  await audit(transaction, {
    action: 'partnerOperations.retired',
    subject: { kind: 'partner', id: partner },
    before: { operations: [{ id, name: operation.name }] },
  });
  return { id };
}
