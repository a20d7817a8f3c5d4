import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { writeAsAgent, type Outcome } from '../asAgent.ts';
import { auditCannedResponse } from './auditCannedResponse.ts';
import { cannedWords, readCannedContent, refuseIfTaken, shortcodeKey, type CannedContent } from './content.ts';
import { lockCannedResponse, type CannedResponseInput } from './lockCannedResponse.ts';

type Given = { readonly [Field in keyof CannedContent]?: CannedContent[Field] | null | undefined };

/** What is left out stays. What is so already makes no new version. */
export async function updateCannedResponse(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: CannedResponseInput & Given,
): Promise<Outcome<{ id: string }>> {
  return refuseIfTaken(() =>
    writeAsAgent(database, identity, 'own:keep', async (transaction) => {
      const { sql, companyId } = transaction;
      const before = await lockCannedResponse(transaction, identity, input);
      if ('userErrors' in before) return before;
      const { id, isShared } = before;
      const read = readCannedContent({
        shortcode: input.shortcode ?? before.shortcode,
        content: input.content ?? before.content,
        attachmentUrls: input.attachmentUrls ?? before.attachmentUrls,
      });
      if ('userErrors' in read) return read;
      const changed = await sql`
        update conversations.canned_responses set
          shortcode = ${read.shortcode}, shortcode_key = ${shortcodeKey(read.shortcode)}, content = ${read.content},
          attachment_urls = ${read.attachmentUrls}::text[],
          search = array_to_tsvector(${cannedWords(companyId, read)}::text[]), version = version + 1, updated_at = now()
        where company_id = ${companyId} and id = ${id}
          and (shortcode, content, attachment_urls)
            is distinct from (${read.shortcode}, ${read.content}, ${read.attachmentUrls}::text[])
        returning id`;
      if (changed.length > 0) {
        await auditCannedResponse(transaction, 'cannedResponse.updated', { id, isShared, before, after: read });
      }
      return { id };
    }),
  );
}
