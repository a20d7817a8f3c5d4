import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { writeAsAgent, type Outcome } from '../asAgent.ts';
import { auditCannedResponse } from './auditCannedResponse.ts';
import { cannedWords, readCannedContent, refuseIfTaken, shortcodeKey } from './content.ts';

/** For everybody, by who may do that, or for oneself. */
export async function createCannedResponse(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: {
    readonly shortcode: string;
    readonly content: string;
    readonly attachmentUrls?: readonly string[] | null | undefined;
    readonly isShared?: boolean | null | undefined;
  },
): Promise<Outcome<{ id: string }>> {
  const isShared = input.isShared ?? false;
  const permission = isShared ? 'cannedResponses:share' : 'own:keep';
  return refuseIfTaken(() =>
    writeAsAgent(database, identity, permission, async (transaction) => {
      const { sql, companyId, agentId } = transaction;
      const read = readCannedContent({ ...input, attachmentUrls: input.attachmentUrls ?? [] });
      if ('userErrors' in read) return read;
      const id = v7();
      await sql`
        insert into conversations.canned_responses
          (company_id, id, owner_id, shortcode, shortcode_key, content, attachment_urls, search)
        values (${companyId}, ${id}, ${isShared ? null : agentId}, ${read.shortcode}, ${shortcodeKey(read.shortcode)},
          ${read.content}, ${read.attachmentUrls}::text[], array_to_tsvector(${cannedWords(companyId, read)}::text[]))`;
      await auditCannedResponse(transaction, 'cannedResponse.created', { id, isShared, after: read });
      return { id };
    }),
  );
}
