import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { refuse, writeAsAgent, type Outcome } from '../asAgent.ts';
import { nameTaken, readColor, readName } from './inputs.ts';
import { tellLabel } from './labels.ts';
import { unlessTaken } from './unlessTaken.ts';

/** As many as one menu lists. */
const MOST = 1_000;

export async function createLabel(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly name: string; readonly color: string },
): Promise<Outcome<{ labelId: string }>> {
  return unlessTaken('labels_name', nameTaken(), () =>
    writeAsAgent(database, identity, 'labels:manage', async (transaction) => {
      const name = readName(input.name);
      if (typeof name !== 'string') return name;
      const color = readColor(input.color);
      if (typeof color !== 'string') return color;
      const { sql, companyId } = transaction;
      const id = v7();
      const created = await sql`
        insert into conversations.labels (company_id, id, name, color)
        select ${companyId}, ${id}, ${name}, ${color}
        where (select count(*) from conversations.labels where company_id = ${companyId} and deleted_at is null) < ${MOST}
        returning 1 as created`;
      if (created.length === 0) {
        return refuse('TOO_MANY', `A company has at most ${MOST} labels: delete some first.`, 'name');
      }
      tellLabel(transaction, 'CREATED', { id, name, color });
      return { labelId: id };
    }),
  );
}
