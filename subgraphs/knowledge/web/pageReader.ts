import type { Clock } from '#platform/lifecycle/clock.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { MAX_TITLE } from '../commands/documentContent.ts';
import { noteProgress } from '../commands/noteProgress.ts';
import { titleOfAddress } from '../commands/queuePages.ts';
import { settlePage, type PageOutcome } from '../commands/settlePage.ts';
import { pageToRead, type PageToRead } from '../queries/documents.ts';
import { TextError } from '../text/errors.ts';
import { readFile } from '../text/extractor.ts';
import { createCrew } from './crew.ts';
import type { PageFetcher } from './pageFetcher.ts';
import { titleOf } from './title.ts';

/** Most of it is waiting for others. */
const AT_ONCE = 8;
/** Of one company, so that others come to their turn. */
const AT_ONCE_OF_COMPANY = 4;
/** Longer than reading a page can take. */
const LEASE_MS = 180_000;

interface Claimed {
  readonly companyId: string;
  readonly id: string;
  readonly host: string;
}

/**
 * Reads documents that stand at an address when their time has come, one after another at each host and apart from the indexing: a
 * site that is slow or large keeps nobody else's documents waiting. What was read goes on to be indexed.
 */
export function createPageReader(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly pages: PageFetcher;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Clock {
  const { database, pages, logger, metrics } = options;
  const read = metrics.counter('switchboard_knowledge_pages_total', 'Pages by how reading them ended', ['outcome']);

  async function claim(underWay: readonly Claimed[]): Promise<Claimed | undefined> {
    const hosts = underWay.map(({ host }) => host);
    const [claimed] = await database.across<Claimed>`
      select company_id as "companyId", id, host
      from knowledge.claim_page(${hosts}::text[], ${crowded(underWay)}::uuid[], ${LEASE_MS})`;
    return claimed;
  }

  async function outcomeOf(page: PageToRead, stopping: AbortSignal): Promise<PageOutcome> {
    try {
      const { text, format } = await readFile(await pages.page(page.url, stopping));
      const own = format === 'HTML' ? titleOf(text)?.slice(0, MAX_TITLE) : undefined;
      return { text, format, title: page.title === titleOfAddress(page.url) && own ? own : page.title };
    } catch (error) {
      if (error instanceof TextError) return { error };
      throw error;
    }
  }

  async function work({ companyId, id }: Claimed, stopping: AbortSignal): Promise<void> {
    const page = await session(companyId, id);
    if (!page) return;
    await noteProgress(database, companyId, page, { stage: 'READING', done: 0, total: null });
    const outcome = await outcomeOf(page, stopping);
    // What was given up is read by somebody else.
    if (stopping.aborted) return;
    if ('error' in outcome) logger.warn({ err: outcome.error, companyId, documentId: id }, 'a page cannot be read');
    await settlePage(database, companyId, page, outcome);
    read.inc({ outcome: 'error' in outcome ? outcome.error.code.toLowerCase() : 'read' });
  }

  async function session(companyId: string, id: string): Promise<PageToRead | undefined> {
    const reading = database.session(companyId);
    try {
      return await reading.read((sql) => pageToRead(sql, companyId, id));
    } finally {
      await reading.close();
    }
  }

  return createCrew({ name: 'page reader', atOnce: AT_ONCE, claim, work, logger });
}

/** Companies that have as many pages under way as they may. */
function crowded(underWay: readonly Claimed[]): string[] {
  const counts = new Map<string, number>();
  for (const { companyId } of underWay) counts.set(companyId, (counts.get(companyId) ?? 0) + 1);
  return [...counts].filter(([, count]) => count >= AT_ONCE_OF_COMPANY).map(([companyId]) => companyId);
}
