import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { refuse, refuseIfOutdated, writeAsAgent, type Outcome } from '../asAgent.ts';
import { nameTaken, readColor, readName } from './inputs.ts';
import { lockLabel, tellLabel } from './labels.ts';
import { unlessTaken } from './unlessTaken.ts';

/** Another name or colour; what is left out stays. */
export async function updateLabel(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: {
    readonly labelId: string;
    readonly name?: string | null | undefined;
    readonly color?: string | null | undefined;
    readonly expectedVersion?: number | null | undefined;
  },
): Promise<Outcome<{ labelId: string }>> {
  return unlessTaken('labels_name', nameTaken(), () =>
    writeAsAgent(database, identity, 'labels:manage', async (transaction) => {
      const label = await lockLabel(transaction, input.labelId);
      if (!label) return refuse('NOT_FOUND', 'There is no such label.', 'labelId');
      const outdated = refuseIfOutdated('The label has', label.version, input.expectedVersion);
      if (outdated) return outdated;
      const name = input.name == null ? label.name : readName(input.name);
      if (typeof name !== 'string') return name;
      const color = input.color == null ? label.color : readColor(input.color);
      if (typeof color !== 'string') return color;

      const { id } = label;
      if (name === label.name && color === label.color) return { labelId: id };
      await transaction.sql`
        update conversations.labels set name = ${name}, color = ${color}, version = version + 1
        where company_id = ${transaction.companyId} and id = ${id}`;
      tellLabel(transaction, 'UPDATED', { id, name, color });
      return { labelId: id };
    }),
  );
}
