import { BiError } from '../errors.ts';
import { expression, expressions } from './expressions.ts';
import { orderList } from './ordering.ts';
import { quoteName } from './quote.ts';
import type { Reader } from './reader.ts';
import { tableList } from './tables.ts';
import type { Translation } from './translation.ts';
import { windowDefinition } from './windows.ts';

const SET_OPERATORS = ['UNION', 'EXCEPT', 'INTERSECT'];

/** Whether a query comes, perhaps behind brackets. */
export function isQueryAhead(reader: Reader, ahead = 0): boolean {
  let at = ahead;
  while (reader.peek(at).kind === 'sign' && reader.peek(at).text === '(') at += 1;
  const { kind, text } = reader.peek(at);
  return kind === 'word' && ['SELECT', 'WITH'].includes(text.toUpperCase());
}

/** A query behind its first bracket, with the last one. */
export function subquery(translation: Translation): string {
  const written = query(translation);
  translation.reader.expectSign(')');
  return `(${written})`;
}

/** Selects, and how their rows are put together. */
export function query(translation: Translation): string {
  const { reader, scopes } = translation;
  // What the first select names by WITH, those that follow know too.
  scopes.push(new Set());
  let written = select(translation);
  for (;;) {
    const operator = SET_OPERATORS.find((word) => reader.takes(word));
    if (operator === undefined) break;
    const mode = ['ALL', 'DISTINCT'].find((word) => reader.takes(word));
    written += ` ${operator}${mode === undefined ? '' : ` ${mode}`} ${select(translation)}`;
  }
  scopes.pop();
  return written;
}

function select(translation: Translation): string {
  const { reader } = translation;
  if (reader.takesSign('(')) return subquery(translation);
  const parts = [withClause(translation)];
  reader.expect('SELECT');
  parts.push(`SELECT${distinct(translation)} ${expressions(translation)}`);
  parts.push(...clauses(translation));
  for (const word of ['SETTINGS', 'INTO']) {
    if (reader.sees(word)) throw BiError.notAvailable(word);
  }
  return parts.filter((part) => part !== '').join(' ');
}

/** Subqueries get a name for everything behind them; values get one too. */
function withClause(translation: Translation): string {
  const { reader, scopes } = translation;
  if (!reader.takes('WITH')) return '';
  if (reader.sees('RECURSIVE')) throw BiError.notAvailable('WITH RECURSIVE');
  const list: string[] = [];
  do {
    if (isNamedQuery(reader)) {
      const name = reader.name();
      reader.expect('AS');
      reader.expectSign('(');
      list.push(`${quoteName(name)} AS ${subquery(translation)}`);
      scopes.at(-1)?.add(name);
    } else {
      list.push(expression(translation));
    }
  } while (reader.takesSign(','));
  return `WITH ${list.join(', ')}`;
}

function isNamedQuery(reader: Reader): boolean {
  const as = reader.peek(1);
  const bracket = reader.peek(2);
  return (
    as.kind === 'word' &&
    as.text.toUpperCase() === 'AS' &&
    bracket.kind === 'sign' &&
    bracket.text === '(' &&
    isQueryAhead(reader, 3)
  );
}

function distinct(translation: Translation): string {
  const { reader } = translation;
  if (!reader.takes('DISTINCT')) return '';
  if (!reader.takes('ON')) return ' DISTINCT';
  reader.expectSign('(');
  const list = expressions(translation);
  reader.expectSign(')');
  return ` DISTINCT ON (${list})`;
}

function clauses(translation: Translation): string[] {
  const { reader } = translation;
  const parts: string[] = [];
  if (reader.takes('FROM')) parts.push(`FROM ${tableList(translation)}`);
  // Of the views there is no other way to read than all at once: it is the same condition.
  const conditions: string[] = [];
  if (reader.takes('PREWHERE')) conditions.push(expression(translation));
  if (reader.takes('WHERE')) conditions.push(expression(translation));
  if (conditions.length > 0) parts.push(`WHERE ${conditions.join(' AND ')}`);
  if (reader.takes('GROUP', 'BY')) parts.push(`GROUP BY ${groups(translation)}`);
  for (const modifier of ['ROLLUP', 'CUBE', 'TOTALS']) {
    if (reader.takes('WITH', modifier)) parts.push(`WITH ${modifier}`);
  }
  if (reader.takes('HAVING')) parts.push(`HAVING ${expression(translation)}`);
  if (reader.takes('WINDOW')) parts.push(`WINDOW ${windows(translation)}`);
  if (reader.takes('QUALIFY')) parts.push(`QUALIFY ${expression(translation)}`);
  if (reader.takes('ORDER', 'BY')) parts.push(`ORDER BY ${orderList(translation)}`);
  while (reader.sees('LIMIT') || reader.sees('OFFSET')) parts.push(limit(translation));
  return parts;
}

function groups(translation: Translation): string {
  const { reader } = translation;
  if (reader.takes('ALL')) return 'ALL';
  if (!reader.takes('GROUPING', 'SETS')) return expressions(translation);
  reader.expectSign('(');
  const list = expressions(translation);
  reader.expectSign(')');
  return `GROUPING SETS (${list})`;
}

function windows(translation: Translation): string {
  const { reader } = translation;
  const list: string[] = [];
  do {
    const name = quoteName(reader.name());
    reader.expect('AS');
    list.push(`${name} AS ${windowDefinition(translation)}`);
  } while (reader.takesSign(','));
  return list.join(', ');
}

function limit(translation: Translation): string {
  const { reader } = translation;
  if (reader.takes('OFFSET')) return `OFFSET ${expression(translation)}${withTies(reader)}`;
  reader.expect('LIMIT');
  let written = `LIMIT ${expression(translation)}`;
  if (reader.takesSign(',')) written += `, ${expression(translation)}`;
  if (reader.takes('OFFSET')) written += ` OFFSET ${expression(translation)}`;
  if (reader.takes('BY')) return `${written} BY ${expressions(translation)}`;
  return `${written}${withTies(reader)}`;
}

function withTies(reader: Reader): string {
  return reader.takes('WITH', 'TIES') ? ' WITH TIES' : '';
}
