import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { CompanyRow } from '../rows.ts';
import { companiesByIds } from './companiesByIds.ts';
import { NO_COMPANY } from './webhookChannel.ts';

/** The company that operators mean by a slug; undefined when there is none. */
export async function companyBySlug(
  database: Database<SwitchboardCatalogue>,
  slug: string,
): Promise<CompanyRow | undefined> {
  const lookup = database.session(NO_COMPANY);
  let id: string | undefined;
  try {
    const rows = await lookup.read((sql) => sql<{ id: string }>`select id from channels.company_for_slug(${slug})`);
    id = rows[0]?.id;
  } finally {
    await lookup.close();
  }
  if (id === undefined) return undefined;
  const session = database.session(id);
  try {
    const [company] = await companiesByIds(session, [id]);
    return company;
  } finally {
    await session.close();
  }
}
