import { z } from 'zod';
import {
  connectionOf,
  decodeCursor,
  encodeCursor,
  type Connection,
  type PageRequest,
} from '#platform/graphql/connection.ts';
import { fragment, join, type Fragment, type Sql } from '#platform/postgres/sql.ts';
import { id, instant } from '#schema/events/values.ts';
import type { ConversationRow } from '../rows.ts';
import { searchQuery, type SearchQuery } from '../text/searchWords.ts';
import { conditions, type ConversationFilter } from './conversationFilter.ts';
import { activity, besides, columnsFor } from './conversations.ts';
import { cursorOf, keyset, keysetOf, type Keyset } from './keyset.ts';
import { readMark, visibleConversations, type Viewer } from './viewer.ts';

/** NEWEST: by activity. BEST: by how well they match, and by activity where that is the same. */
export type SearchOrder = 'NEWEST' | 'BEST';

/** How many of the newest conversations that pass the other filters are gone through at the most: as long as the text index takes. */
const WINDOW = { NEWEST: 2_000, BEST: 1_000 };
/** And of these first, to see whether all of them are likely to fill the page. */
const GLANCE = 250;
/** Words that so many of them have are common. */
const COMMON = 60;
/** To be the best of all, matches have to be looked at one by one: of this many that is done. */
const FEW = 2_000;
/** Better than any words. */
const NUMBER_SCORE = 10_000;

/** Where the conversations of a page come from: every match, or the newest conversations that pass the other filters. */
type Source = 'all' | 'window';

interface SearchRow extends ConversationRow {
  readonly score: number;
}

/**
 * A page of what a search finds within the rest of the filters: words in messages, the contact's name, e-mail address or
 * phone number, `#12` or `12`.
 *
 * Every match counts, however old. Of common words the newest conversations are full: to go through these takes less than to
 * read from the index where else the words are. Should they not fill the page, or a first glance tell that they will not, every
 * match is looked up and sorted, which is quick when there are few. The best are sought among all where there are few, else
 * among the newest.
 */
export async function searchPage(
  sql: Sql,
  viewer: Viewer,
  {
    filters,
    search,
    order,
  }: { readonly filters: readonly ConversationFilter[]; readonly search: string; readonly order: SearchOrder },
  page: PageRequest,
): Promise<Connection<ConversationRow>> {
  const wanted = readSearch(viewer, search);
  const others = filters.flatMap((filter) => conditions(viewer, filter));
  const filtered = {
    where: join([fragment`c.company_id = ${viewer.companyId}`, visibleConversations(viewer), ...others], ' and '),
    isNarrow: others.length > 0 || viewer.limit !== null,
    mark: filters.every(({ unread }) => unread == null) ? fragment`` : readMark(viewer),
  };
  const list = order === 'BEST' ? bestFirst(page) : newestFirst(page);
  const pageOf = async (source: Source, size = list.window.size): Promise<SearchRow[]> => {
    const { number, words } = wanted;
    const candidates =
      source === 'window' && words
        ? newest(viewer, { number, words }, filtered, { ...list.window, size })
        : everyMatch(viewer, wanted);
    const { beyondCursor, order: sorted, limit } = list.keyset;
    // What a row shows is looked up for the rows of the page alone.
    return sql<SearchRow>`
      select ${columnsFor(viewer)}, c.score from (
        select c.* from (${candidates}) c ${filtered.mark}
        where ${filtered.where} ${beyondCursor} order by ${sorted} limit ${limit}
      ) c ${besides(viewer)} order by ${sorted}`;
  };

  const first =
    list.source ??
    (order === 'BEST' ? await sourceOfBest(sql, viewer, wanted, filtered) : wanted.words && 'window') ??
    'all';
  const connection = (rows: readonly SearchRow[], source: Source) =>
    connectionOf(rows, page, (row) => list.cursor(row, source));
  if (first === 'all' || list.source !== undefined) return connection(await pageOf(first), first);
  const isFull = (rows: readonly SearchRow[]) => rows.length > page.limit;
  const { size } = list.window;
  const rows = await pageOf('window', list.glance);
  if (isFull(rows)) return connection(rows, 'window');
  // Nothing else asked for, every match is found as soon: whoever has few conversations has few matches.
  const isWhole = filtered.isNarrow && (await countUpTo(sql, filtered, list.window)) < size;
  if (list.glance === size) return isWhole ? connection(rows, 'window') : connection(await pageOf('all'), 'all');
  if (isWhole || rows.length * (size / list.glance) > page.limit) {
    const more = await pageOf('window');
    if (isWhole || isFull(more)) return connection(more, 'window');
  }
  return connection(await pageOf('all'), 'all');
}

/** How many conversations of a window pass the other filters: fewer than its size where there are no more. */
async function countUpTo(sql: Sql, { where, mark }: Filtered, { keyset: range, size }: Window): Promise<number> {
  const [found] = await sql<{ count: number }>`
    select count(*)::int as count from (
      select from conversations.conversations c ${mark} where ${where} ${range.beyondCursor}
      order by ${range.order} limit ${size}
    ) c`;
  return found?.count ?? 0;
}

/** What the rest of the filter asks of conversation `c`, and the read mark where it asks for that. */
interface Filtered {
  readonly where: Fragment;
  readonly mark: Fragment;
  /** It asks for anything. */
  readonly isNarrow: boolean;
}

interface Wanted {
  readonly number: number | undefined;
  readonly words: SearchQuery | undefined;
}

/** `#12` is a number, `12` may be one or a word, everything else is words. */
function readSearch({ companyId }: Viewer, search: string): Wanted {
  const [, hash, digits] = /^\s*(#?)(\d{1,9})\s*$/.exec(search) ?? [];
  return {
    number: digits === undefined ? undefined : Number(digits),
    words: hash ? undefined : searchQuery(companyId, search),
  };
}

async function sourceOfBest(sql: Sql, viewer: Viewer, { number, words }: Wanted, filtered: Filtered): Promise<Source> {
  if (!words) return 'all';
  const [probe] = await sql<{ count: number }>`
    select count(*)::int as count from (
      select from (${newest(viewer, { number, words }, filtered, newestOfAll)}) c limit ${COMMON}
    ) c`;
  if (probe?.count === COMMON) return 'window';
  const [found] = await sql<{ count: number }>`
    select conversations.count_matches(${words.matches}::tsquery, ${viewer.agentId !== null}, ${FEW}) as count`;
  return found && found.count > FEW ? 'window' : 'all';
}

function everyMatch({ companyId, agentId }: Viewer, { number, words }: Wanted): Fragment {
  const found = [
    words &&
      fragment`select id, score
        from conversations.search_conversations(${words.matches}::tsquery, ${words.exact}::tsquery, ${agentId !== null})`,
    number !== undefined &&
      fragment`select id, ${NUMBER_SCORE}::int from conversations.conversations
        where company_id = ${companyId} and number = ${number}`,
  ].filter((part) => typeof part === 'object');
  if (found.length === 0) return fragment`select c.*, 0 as score from conversations.conversations c where false`;
  return fragment`
    select c.*, found.score from (
      select id, max(score) as score from (${join(found, ' union all ')}) every (id, score) group by id
    ) found
    join conversations.conversations c on c.company_id = ${companyId} and c.id = found.id`;
}

function newest(
  viewer: Viewer,
  { number, words }: Wanted & { readonly words: SearchQuery },
  { where, mark }: Filtered,
  { keyset: range, size }: Window,
): Fragment {
  const { companyId, agentId } = viewer;
  return fragment`
    select c.*, found.score from (
      select c.* from conversations.conversations c ${mark}
      where ${where} ${range.beyondCursor} order by ${range.order} limit ${size}
    ) c
    cross join lateral (
      select conversations.match_score(
        (select count(*) from conversations.contacts k
          where k.company_id = ${companyId} and k.id = c.contact_id and k.search @@ ${words.matches}::tsquery),
        count(*), count(*) filter (where m.search @@ ${words.exact}::tsquery)
      ) + case when c.number = ${number ?? null}::int then ${NUMBER_SCORE}::int else 0 end as score
      from conversations.messages m
      where m.company_id = ${companyId} and m.conversation_id = c.id and m.search @@ ${words.matches}::tsquery
        and (${agentId !== null} or not m.is_private)
    ) found
    where found.score > 0`;
}

/** So many conversations from some place of the inbox on. */
interface Window {
  readonly keyset: Keyset;
  readonly size: number;
}

/** The newest of all. */
const newestOfAll: Window = {
  keyset: keyset(activity, { limit: WINDOW.BEST, direction: 'forward' }, 'descending'),
  size: WINDOW.BEST,
};

/** How a list of matches is sorted and gone on with. */
interface List {
  readonly keyset: Keyset;
  /** Of conversations, from which the page is taken. */
  readonly window: Window;
  /** So many of them are gone through first. */
  readonly glance: number;
  /** What the cursor's page came from, where the next one has to come from the same. */
  readonly source: Source | undefined;
  readonly cursor: (row: SearchRow, source: Source) => string;
}

function newestFirst(page: PageRequest): List {
  const byActivity = keyset(activity, page, 'descending');
  return {
    keyset: byActivity,
    window: { keyset: byActivity, size: WINDOW.NEWEST },
    glance: GLANCE,
    source: undefined,
    cursor: ({ lastActivityAt, id: rowId }) => cursorOf(lastActivityAt, rowId),
  };
}

const bestCursor = z.tuple([z.int(), instant, id, z.enum(['all', 'window'])]);

function bestFirst(page: PageRequest): List {
  const cursor = page.cursor === undefined ? undefined : decodeCursor(page.cursor, bestCursor);
  return {
    keyset: keysetOf(
      [
        { column: fragment`c.score`, value: cursor && fragment`${cursor[0]}::int` },
        { column: activity.at, value: cursor && fragment`${cursor[1]}::timestamptz` },
        { column: activity.id, value: cursor && fragment`${cursor[2]}::uuid` },
      ],
      page,
      'descending',
    ),
    // The same for every page.
    window: newestOfAll,
    // The best may be any of them.
    glance: WINDOW.BEST,
    source: cursor?.[3],
    cursor: ({ score, lastActivityAt, id: rowId }, source) =>
      encodeCursor([score, lastActivityAt.toISOString(), rowId, source]),
  };
}
