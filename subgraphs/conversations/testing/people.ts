import { v7 } from 'uuid';
import type { Identity, Role } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { seedConversations } from '../seed.ts';

/** One more agent of a company, of that role. */
export async function joinCompany(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  role: Role,
): Promise<Identity & { kind: 'agent' }> {
  const id = v7();
  const agents = [{ id, name: `The ${role.toLowerCase()}`, email: `${id}@example.com`, role }];
  await seedConversations(database, { companyId, agents, teams: [], labels: [] });
  return { kind: 'agent', companyId, agentId: id, role, scopes: [] };
}

/** What a command refused, each as `CODE input.field`. */
export function refusals(outcome: object): string[] {
  if (!('userErrors' in outcome)) return [];
  const errors = outcome.userErrors as readonly { code: string; field: readonly string[] | null }[];
  return errors.map(({ code, field }) => `${code} ${field?.join('.')}`);
}
