import { z } from 'zod';
import { decodeCursor, encodeCursor, type PageRequest } from '#platform/graphql/connection.ts';
import { fragment, type Sql } from '#platform/postgres/sql.ts';
import { storableText } from '#platform/postgres/storableText.ts';
import { id as idSchema } from '#schema/events/values.ts';
import type { AgentIdentity } from '../access/permissions.ts';
import { shortcodeKey } from '../commands/cannedResponses/content.ts';
import type { CannedResponseRow } from '../rows.ts';
import { searchWords } from '../text/searchWords.ts';
import { keysetOf } from './keyset.ts';
import type { Viewer } from './viewer.ts';

type Own = Pick<AgentIdentity, 'companyId' | 'agentId'>;

/** Far more than anybody looks through. */
const MAX_MATCHES = 1_000;

const columns = fragment`c.id, c.shortcode, c.shortcode_key as "shortcodeKey", c.content,
  c.attachment_urls as "attachmentUrls", c.owner_id is null as "isShared", c.usage_count as "usageCount", c.version,
  c.created_at as "createdAt", c.updated_at as "updatedAt"`;

const cursorSchema = z.tuple([z.int(), z.string().transform(storableText), idSchema]);

/** By how well the shortcode fits what was searched for, then by the shortcode. */
export function cannedResponseCursor({ rank, shortcodeKey: key, id }: CannedResponseRow): string {
  return encodeCursor([rank, key, id]);
}

/** Everybody's and the agent's own, by shortcode, and one row more. */
export async function cannedResponsePage(
  sql: Sql,
  own: Own,
  search: string | null | undefined,
  page: PageRequest,
): Promise<CannedResponseRow[]> {
  const cursor = page.cursor === undefined ? undefined : decodeCursor(page.cursor, cursorSchema);
  const { companyId, agentId } = own;
  const wanted = storableText(search ?? '')
    .trim()
    .replace(/^\//, '');
  const keys = [
    { column: fragment`c.shortcode_key`, value: cursor && fragment`${cursor[1]}::text` },
    { column: fragment`c.id`, value: cursor && fragment`${cursor[2]}::uuid` },
  ];
  if (wanted === '') {
    const { beyondCursor, order, limit } = keysetOf(keys, page, 'ascending');
    return sql<CannedResponseRow>`
      select ${columns}, 0 as rank from conversations.canned_responses c
      where c.company_id = ${companyId} and (c.owner_id is null or c.owner_id = ${agentId}) ${beyondCursor}
      order by ${order} limit ${limit}`;
  }
  const words = searchWords(wanted);
  if (words.length === 0) return [];
  const query = words.map((word) => `'${word}':*`).join(' & ');
  const rank = { column: fragment`c.rank`, value: cursor && fragment`${cursor[0]}::int` };
  const { beyondCursor, order, limit } = keysetOf([rank, ...keys], page, 'ascending');
  return sql<CannedResponseRow>`
    select ${columns}, c.rank from (
      select c.*, (not starts_with(c.shortcode_key, ${shortcodeKey(wanted)}))::int as rank
      from conversations.canned_responses c
      where c.company_id = ${companyId}
        and c.id in (select conversations.search_canned_responses(${query}::tsquery, ${agentId}, ${MAX_MATCHES}))
    ) c
    where true ${beyondCursor} order by ${order} limit ${limit}`;
}

export async function cannedResponsesByIds(
  sql: Sql,
  { companyId, agentId }: Viewer,
  ids: readonly string[],
): Promise<CannedResponseRow[]> {
  return sql<CannedResponseRow>`
    select ${columns}, 0 as rank from conversations.canned_responses c
    where c.company_id = ${companyId} and c.id = any(${ids}::uuid[])
      and ${agentId}::uuid is not null and (c.owner_id is null or c.owner_id = ${agentId}::uuid)`;
}
