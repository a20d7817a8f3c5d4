import type { Clock } from '#platform/lifecycle/clock.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { runImport, type Found } from '../commands/runImport.ts';
import { importById } from '../queries/imports.ts';
import type { ImportRow } from '../rows.ts';
import { TextError } from '../text/errors.ts';
import { createCrew } from './crew.ts';
import type { PageFetcher } from './pageFetcher.ts';
import { pagesOfSitemap } from './sitemap.ts';

const AT_ONCE = 4;
/** Longer than reading all of an index's sitemaps can take. */
const LEASE_MS = 600_000;

interface Claimed {
  readonly companyId: string;
  readonly id: string;
}

/** Reads the sitemaps that are to be imported, and lets their pages be read. */
export function createImportReader(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly pages: PageFetcher;
  /** Called when there are pages to read. */
  readonly onPages: () => void;
  readonly logger: Logger;
}): Clock {
  const { database, pages, onPages, logger } = options;

  async function claim(): Promise<Claimed | undefined> {
    const [claimed] = await database.across<Claimed>`
      select company_id as "companyId", id from knowledge.claim_import(${LEASE_MS})`;
    return claimed;
  }

  async function find({ url, refreshHours }: ImportRow, stopping: AbortSignal): Promise<Found> {
    try {
      return { urls: await pagesOfSitemap(pages, url, stopping), refreshHours };
    } catch (error) {
      if (error instanceof TextError) return { reason: error.message };
      throw error;
    }
  }

  async function work({ companyId, id }: Claimed, stopping: AbortSignal): Promise<void> {
    const sitemap = await waiting(companyId, id);
    if (!sitemap) return;
    const found = await find(sitemap, stopping);
    // What was given up is read by somebody else.
    if (stopping.aborted) return;
    await runImport(database, companyId, id, found);
    onPages();
  }

  async function waiting(companyId: string, id: string): Promise<ImportRow | null> {
    const session = database.session(companyId);
    try {
      return await session.read((sql) => importById(sql, companyId, id));
    } finally {
      await session.close();
    }
  }

  return createCrew({ name: 'import reader', atOnce: AT_ONCE, claim, work, logger });
}
