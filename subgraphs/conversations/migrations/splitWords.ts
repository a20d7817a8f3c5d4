import { searchVector } from '../text/searchWords.ts';

const BATCH = 5_000;
const FIRST = '00000000-0000-0000-0000-000000000000';

export type Execute = (statement: string, values?: readonly unknown[]) => Promise<unknown>;

/** Gives the rows that are there the words of today's rules, some thousands at a time. */
export async function splitWords(
  execute: Execute,
  table: 'messages' | 'contacts',
  column: 'text' | 'name',
): Promise<void> {
  for (let last: readonly [string, string] = [FIRST, FIRST]; ;) {
    const rows = (await execute(
      `select company_id, id, ${column} as text from conversations.${table}
       where (company_id, id) > (?::uuid, ?::uuid) order by company_id, id limit ${String(BATCH)}`,
      last,
    )) as { company_id: string; id: string; text: string | null }[];
    const end = rows.at(-1);
    if (!end) return;
    last = [end.company_id, end.id];
    const words = rows.map(({ company_id, id, text }) => ({ company_id, id, words: searchVector(company_id, text) }));
    await execute(
      `update conversations.${table} t set search = array_to_tsvector(array(select jsonb_array_elements_text(w.words)))
       from jsonb_to_recordset(?::jsonb) as w (company_id uuid, id uuid, words jsonb)
       where t.company_id = w.company_id and t.id = w.id`,
      [JSON.stringify(words)],
    );
  }
}
