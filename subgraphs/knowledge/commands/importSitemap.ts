import { v7 } from 'uuid';
import { userError, type UserError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { importById } from '../queries/imports.ts';
import type { ImportRow } from '../rows.ts';
import { readAddress, writerOf } from './documentContent.ts';
import { tellImport } from './tellImport.ts';

export interface ImportSitemapInput {
  readonly url: string;
  readonly refreshHours?: number | null | undefined;
}

export interface ImportSitemapPayload {
  readonly import: ImportRow | null;
  readonly userErrors: readonly UserError[];
}

/** Of a company at once: each may bring a thousand pages. */
const MOST_RUNNING = 10;

/**
 * Begins to make a document of each page of a sitemap, for the supervisors and administrators of a company. While an import of it
 * runs, there is no second one.
 *
 * @throws GraphQLError `FORBIDDEN` for everybody else.
 */
export async function importSitemap(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: ImportSitemapInput,
): Promise<ImportSitemapPayload> {
  writerOf(identity);
  const { companyId } = identity;
  const { address: url, userErrors } = readAddress(input);
  if (url === undefined) return { import: null, userErrors };
  return database.write(companyId, async ({ sql, publish }) => {
    const running = await sql<{ id: string; url: string }>`
      select id, url from knowledge.document_imports where company_id = ${companyId} and ended_at is null`;
    const isSame = running.some((one) => one.url === url);
    if (!isSame && running.length >= MOST_RUNNING) {
      const message = `${MOST_RUNNING} imports are under way: wait until one of them has ended.`;
      return { import: null, userErrors: [userError('TOO_MANY', message, ['input', 'url'])] };
    }
    const [begun] = await sql<{ id: string }>`
      insert into knowledge.document_imports (company_id, id, url, refresh_hours)
      values (${companyId}, ${v7()}, ${url}, ${input.refreshHours ?? null})
      on conflict (company_id, url) where ended_at is null do nothing
      returning id`;
    if (begun) await tellImport({ sql, publish }, companyId, begun.id);
    const [other] = await sql<{ id: string }>`
      select id from knowledge.document_imports where company_id = ${companyId} and url = ${url} and ended_at is null`;
    return { import: await importById(sql, companyId, begun?.id ?? other?.id ?? ''), userErrors: [] };
  });
}
