import { BiError } from '../errors.ts';
import { expression, expressions } from './expressions.ts';
import { nameParameter } from './parameters.ts';
import { isQueryAhead, subquery } from './queries.ts';
import { quoteName } from './quote.ts';
import type { Translation } from './translation.ts';

export interface TableName {
  readonly database: string | undefined;
  readonly table: string;
}

/** Make rows out of nothing, and read none. */
const ROW_MAKERS: ReadonlySet<string> = new Set(['numbers', 'generate_series', 'generateSeries']);
const JOIN_WORDS: ReadonlySet<string> = new Set([
  'GLOBAL', 'LOCAL', 'ANY', 'ALL', 'ASOF', 'SEMI', 'ANTI', 'INNER', 'LEFT', 'RIGHT', 'FULL', 'OUTER', 'CROSS', 'PASTE',
]); // prettier-ignore

/** What follows FROM: tables, subqueries, and how they are joined. */
export function tableList(translation: Translation): string {
  const { reader } = translation;
  let written = tableElement(translation);
  for (;;) {
    if (reader.takesSign(',')) {
      written += `, ${tableElement(translation)}`;
      continue;
    }
    const words = joinAhead(translation);
    if (words === undefined) return written;
    written += ` ${words} ${words.endsWith('ARRAY JOIN') ? expressions(translation) : joined(translation)}`;
  }
}

/** Takes the words of a join up to and with JOIN. */
function joinAhead({ reader }: Translation): string | undefined {
  const words: string[] = [];
  for (;;) {
    const token = reader.peek(words.length);
    if (token.kind !== 'word') return undefined;
    const word = token.text.toUpperCase();
    words.push(word);
    if (word === 'JOIN') break;
    if (word === 'ARRAY') {
      if (!['', 'LEFT'].includes(words.slice(0, -1).join(' '))) return undefined;
    } else if (!JOIN_WORDS.has(word)) return undefined;
  }
  reader.expect(...words);
  return words.join(' ');
}

function joined(translation: Translation): string {
  const { reader } = translation;
  const written = tableElement(translation);
  if (reader.takes('ON')) return `${written} ON ${expression(translation)}`;
  if (!reader.takes('USING')) return written;
  if (!reader.takesSign('(')) return `${written} USING (${expressions(translation)})`;
  const list = expressions(translation);
  reader.expectSign(')');
  return `${written} USING (${list})`;
}

function tableElement(translation: Translation): string {
  const { reader } = translation;
  if (reader.takesSign('(')) {
    if (!isQueryAhead(reader)) reader.refuse();
    return `${subquery(translation)}${alias(translation)}`;
  }
  const next = reader.peek(1);
  if (reader.peek().kind !== 'parameter' && next.kind === 'sign' && next.text === '(') return rowMaker(translation);
  const name = tableName(translation);
  for (const word of ['FINAL', 'SAMPLE']) {
    if (reader.sees(word)) throw BiError.notAvailable(word);
  }
  const given = alias(translation);
  if (isOwnName(translation, name)) return `${quoteName(name.table)}${given}`;
  return `${found(translation, name)}${given === '' ? ` AS ${quoteName(name.table)}` : given}`;
}

function rowMaker(translation: Translation): string {
  const { reader } = translation;
  const name = reader.name();
  if (!ROW_MAKERS.has(name)) throw BiError.notAvailable(`Table function '${name}'`);
  reader.expectSign('(');
  const list = expressions(translation);
  reader.expectSign(')');
  return `${name}(${list})${alias(translation)}`;
}

function alias({ reader }: Translation): string {
  return reader.takes('AS') ? ` AS ${quoteName(reader.name())}` : '';
}

/** `database.table`, either of which may be a parameter. */
export function tableName(translation: Translation): TableName {
  const { reader } = translation;
  const first = part(translation);
  if (!reader.takesSign('.')) return { database: undefined, table: first };
  const second = part(translation);
  if (reader.seesSign('.')) reader.refuse();
  return { database: first, table: second };
}

function part(translation: Translation): string {
  return translation.reader.peek().kind === 'parameter' ? nameParameter(translation) : translation.reader.name();
}

/** Whether the statement itself says what the name means. */
function isOwnName({ scopes }: Translation, { database, table }: TableName): boolean {
  return database === undefined && scopes.some((names) => names.has(table));
}

/** @throws BiError for what nobody may read. */
function found({ tables }: Translation, { database, table }: TableName): string {
  const sql = tables.find(database, table);
  if (sql !== undefined) return sql;
  const name = database === undefined ? table : `${database}.${table}`;
  if (database !== undefined && !tables.hasDatabase(database)) throw BiError.unknownDatabase(database);
  throw BiError.unknownTable(name);
}

/** The rows of a table as a set; undefined for a name of the statement's own, or one that is no table. */
export function selectAll(translation: Translation, name: TableName): string | undefined {
  if (isOwnName(translation, name)) return undefined;
  if (name.database === undefined && translation.tables.find(undefined, name.table) === undefined) return undefined;
  return `(SELECT * FROM ${found(translation, name)})`;
}
