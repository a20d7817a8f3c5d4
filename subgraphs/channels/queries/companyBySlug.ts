import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { CompanyRow } from '../rows.ts';
import { companiesByIds } from './companiesByIds.ts';

/** The company that operators mean by a slug; undefined when there is none. */
export async function companyBySlug(
  database: Database<SwitchboardCatalogue>,
  slug: string,
): Promise<CompanyRow | undefined> {
  const [found] = await database.lookup(
    (sql) => sql<{ id: string }>`select id from channels.company_for_slug(${slug})`,
  );
  if (!found) return undefined;
  const session = database.session(found.id);
  try {
    const [company] = await companiesByIds(session, [found.id]);
    return company;
  } finally {
    await session.close();
  }
}
