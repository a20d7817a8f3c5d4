import { BiError } from '../errors.ts';
import { quoteName, quoteText } from './quote.ts';
import { isQueryAhead, subquery } from './queries.ts';
import { parameter } from './parameters.ts';
import type { Translation } from './translation.ts';
import { membership } from './membership.ts';
import { windowClause } from './windows.ts';

/** From what binds least to what binds most. */
const LEVELS: readonly (readonly string[])[] = [['OR'], ['AND']];
const COMPARISONS = ['<=>', '<=', '>=', '!=', '<>', '==', '=', '<', '>'];
const MATCHES = [['NOT', 'LIKE'], ['NOT', 'ILIKE'], ['LIKE'], ['ILIKE'], ['REGEXP']];
const SUMS = ['||', '+', '-'];
const PRODUCTS = ['*', '/', '%'];

/** Words that are values. */
const CONSTANTS: ReadonlySet<string> = new Set(['NULL', 'TRUE', 'FALSE', 'INF', 'NAN']);

/** An expression, perhaps with an alias, written anew: what is not understood does not get through. */
export function expression(translation: Translation): string {
  const { reader } = translation;
  const written = lambda(translation);
  if (!reader.takes('AS')) return written;
  return `${written} AS ${quoteName(reader.name())}`;
}

export function expressions(translation: Translation): string {
  const { reader } = translation;
  const list = [expression(translation)];
  while (reader.takesSign(',')) list.push(expression(translation));
  return list.join(', ');
}

function lambda(translation: Translation): string {
  const { reader } = translation;
  const left = logic(translation, 0);
  return reader.takesSign('->') ? `${left} -> ${lambda(translation)}` : left;
}

function logic(translation: Translation, level: number): string {
  const words = LEVELS[level];
  if (!words) return negation(translation);
  const { reader } = translation;
  let left = logic(translation, level + 1);
  for (;;) {
    const word = words.find((one) => reader.takes(one));
    if (word === undefined) return left;
    left = `(${left} ${word} ${logic(translation, level + 1)})`;
  }
}

function negation(translation: Translation): string {
  return translation.reader.takes('NOT') ? `(NOT ${negation(translation)})` : comparison(translation);
}

function comparison(translation: Translation): string {
  const { reader } = translation;
  let left = operand(translation);
  const right = () => operand(translation);
  for (;;) {
    const sign = COMPARISONS.find((one) => reader.takesSign(one));
    const words = sign === undefined ? MATCHES.find((one) => reader.takes(...one)) : undefined;
    const operator = sign ?? words?.join(' ');
    if (operator !== undefined) left = `(${left} ${operator} ${right()})`;
    else if (reader.takes('IS')) left = `(${left} IS ${nullness(translation, right)})`;
    else {
      const isIn = membership(translation, left);
      if (isIn === undefined) return left;
      left = isIn;
    }
  }
}

/** What stands on one side of a comparison. */
export function operand(translation: Translation): string {
  return binary(translation, SUMS, () => binary(translation, PRODUCTS, () => unary(translation)));
}

function nullness({ reader }: Translation, right: () => string): string {
  const not = reader.takes('NOT') ? 'NOT ' : '';
  if (reader.takes('DISTINCT', 'FROM')) return `${not}DISTINCT FROM ${right()}`;
  reader.expect('NULL');
  return `${not}NULL`;
}

function binary(translation: Translation, signs: readonly string[], operand: () => string): string {
  const { reader } = translation;
  let left = operand();
  for (;;) {
    const sign = signs.find((one) => reader.takesSign(one));
    if (sign === undefined) return left;
    left = `(${left} ${sign} ${operand()})`;
  }
}

function unary(translation: Translation): string {
  return translation.reader.takesSign('-') ? `(-${unary(translation)})` : withPostfixes(translation);
}

/** `x[1]`, `x.1` and `x::Type`. */
function withPostfixes(translation: Translation): string {
  const { reader } = translation;
  let written = primary(translation);
  for (;;) {
    if (reader.takesSign('[')) {
      written = `${written}[${expression(translation)}]`;
      reader.expectSign(']');
    } else if (reader.takesSign('.')) {
      written = `${written}.${element(translation)}`;
    } else if (reader.takesSign('::')) {
      written = `CAST(${written}, ${quoteText(typeName(translation))})`;
    } else {
      return written;
    }
  }
}

/** Of a tuple, by number or by name. */
function element({ reader }: Translation): string {
  const token = reader.peek();
  if (token.kind !== 'number') return quoteName(reader.name());
  if (!/^\d+(?:\.\d+)?$/.test(token.text)) reader.refuse();
  return reader.next().text;
}

function primary(translation: Translation): string {
  const { reader } = translation;
  const token = reader.peek();
  switch (token.kind) {
    case 'number':
      return reader.next().text;
    case 'string':
      return quoteText(reader.next().text);
    case 'parameter':
      return parameter(translation);
    case 'sign':
      return bracketed(translation);
    case 'name':
      return reference(translation);
    case 'word':
      return worded(translation);
    case 'end':
      return reader.refuse();
  }
}

function bracketed(translation: Translation): string {
  const { reader } = translation;
  if (reader.takesSign('*')) return `*${columnModifiers(translation)}`;
  if (reader.takesSign('[')) return `[${closed(translation, ']')}]`;
  reader.expectSign('(');
  if (isQueryAhead(reader)) return subquery(translation);
  const list = closed(translation, ')');
  return list === '' ? 'tuple()' : `(${list})`;
}

/** A list of expressions up to a bracket, and the bracket. */
function closed(translation: Translation, bracket: string): string {
  const { reader } = translation;
  if (reader.takesSign(bracket)) return '';
  let list = expression(translation);
  while (reader.takesSign(',')) {
    // `(1,)` is a tuple of one.
    if (reader.seesSign(bracket)) list += ',';
    else list += `, ${expression(translation)}`;
  }
  reader.expectSign(bracket);
  return list;
}

function worded(translation: Translation): string {
  const { reader } = translation;
  const word = reader.peek().text;
  const next = reader.peek(1);
  if (CONSTANTS.has(word.toUpperCase())) return reader.next().text;
  if (next.kind !== 'sign' || next.text !== '(') return reference(translation);
  reader.next();
  reader.expectSign('(');
  switch (word.toUpperCase()) {
    case 'EXISTS':
      if (!isQueryAhead(reader)) reader.refuse();
      return `EXISTS ${subquery(translation)}`;
    case 'CAST':
      return cast(translation);
    case 'COLUMNS':
      return `COLUMNS(${pattern(translation)})${columnModifiers(translation)}`;
    default:
      return call(translation, word);
  }
}

function cast(translation: Translation): string {
  const { reader } = translation;
  const value = lambda(translation);
  if (reader.takes('AS')) {
    const type = typeName(translation);
    reader.expectSign(')');
    return `CAST(${value}, ${quoteText(type)})`;
  }
  reader.expectSign(',');
  const type = expression(translation);
  reader.expectSign(')');
  return `CAST(${value}, ${type})`;
}

function pattern({ reader }: Translation): string {
  const token = reader.next();
  if (token.kind !== 'string') throw BiError.syntax(token.text);
  reader.expectSign(')');
  return quoteText(token.text);
}

/** A function, behind its first bracket. */
function call(translation: Translation, name: string): string {
  const { reader, functions } = translation;
  const constant = functions.constant(name);
  if (constant !== undefined) return constantCall(translation, name, constant);
  if (!functions.has(name)) throw BiError.unknownFunction(name);
  const distinct = reader.takes('DISTINCT') ? 'DISTINCT ' : '';
  let written = `${name}(${distinct}${closed(translation, ')')})`;
  if (reader.takesSign('(')) {
    const inner = reader.takes('DISTINCT') ? 'DISTINCT ' : '';
    written += `(${inner}${closed(translation, ')')})`;
  }
  for (const words of [
    ['IGNORE', 'NULLS'],
    ['RESPECT', 'NULLS'],
  ]) {
    if (reader.takes(...words)) written += ` ${words.join(' ')}`;
  }
  if (reader.takes('FILTER')) {
    reader.expectSign('(');
    reader.expect('WHERE');
    written += ` FILTER(WHERE ${expression(translation)})`;
    reader.expectSign(')');
  }
  return reader.takes('OVER') ? `${written} OVER ${windowClause(translation)}` : written;
}

/** Of the server itself: its column is called as if it had been asked. */
function constantCall(translation: Translation, name: string, constant: string): string {
  const { reader } = translation;
  const given = closed(translation, ')');
  return reader.sees('AS') ? constant : `(${constant} AS ${quoteName(`${name}(${given})`)})`;
}

/** A column, perhaps of a table, or all columns of one. */
function reference(translation: Translation): string {
  const { reader } = translation;
  const parts = [reader.name()];
  while (reader.seesSign('.') && (reader.peek(1).kind === 'word' || reader.peek(1).kind === 'name')) {
    reader.expectSign('.');
    parts.push(reader.name());
  }
  // `bi.messages.at` is called after the table alone, as what stands in its place has no database.
  const [database = '', table = '', ...column] = parts;
  if (parts.length === 1 && translation.functions.isClosed(database)) throw BiError.unknownFunction(database);
  const named = column.length > 0 && translation.tables.find(database, table) !== undefined ? parts.slice(1) : parts;
  const written = named.map(quoteName).join('.');
  if (!reader.seesSign('.') || reader.peek(1).text !== '*') return qualified(translation, parts, written);
  reader.expectSign('.');
  reader.expectSign('*');
  const [ofDatabase = '', ofTable = ''] = parts;
  const isTable = parts.length === 2 && translation.tables.find(ofDatabase, ofTable) !== undefined;
  return `${isTable ? quoteName(ofTable) : written}.*${columnModifiers(translation)}`;
}

/** `t.COLUMNS('…')` has a bracket behind its last name. */
function qualified({ reader }: Translation, parts: readonly string[], written: string): string {
  if (parts.length > 1 && reader.seesSign('(')) throw BiError.notAvailable(`${parts.join('.')}()`);
  return written;
}

/** `EXCEPT`, `REPLACE` and `APPLY` behind `*`. */
function columnModifiers(translation: Translation): string {
  const { reader, functions } = translation;
  let written = '';
  for (;;) {
    if (reader.takes('EXCEPT')) {
      const isList = reader.takesSign('(');
      const names = [quoteName(reader.name())];
      while (isList && reader.takesSign(',')) names.push(quoteName(reader.name()));
      if (isList) reader.expectSign(')');
      written += ` EXCEPT (${names.join(', ')})`;
    } else if (reader.takes('REPLACE')) {
      const isList = reader.takesSign('(');
      const list = isList ? closed(translation, ')') : expression(translation);
      written += ` REPLACE (${list})`;
    } else if (reader.takes('APPLY')) {
      const isBracketed = reader.takesSign('(');
      const name = reader.name();
      if (!functions.has(name)) throw BiError.unknownFunction(name);
      if (isBracketed) reader.expectSign(')');
      written += ` APPLY (${name})`;
    } else {
      return written;
    }
  }
}

/** A type, as a cast or a parameter names it. */
export function typeName(translation: Translation): string {
  const { reader } = translation;
  const name = reader.name();
  if (!reader.takesSign('(')) return name;
  const list: string[] = [];
  do list.push(typeArgument(translation));
  while (reader.takesSign(','));
  reader.expectSign(')');
  return `${name}(${list.join(', ')})`;
}

function typeArgument(translation: Translation): string {
  const { reader } = translation;
  const token = reader.peek();
  if (token.kind === 'number') return reader.next().text;
  if (token.kind === 'string') {
    const text = quoteText(reader.next().text);
    if (!reader.takesSign('=')) return text;
    const sign = reader.takesSign('-') ? '-' : '';
    const value = reader.next();
    if (value.kind !== 'number') throw BiError.syntax(value.text);
    return `${text} = ${sign}${value.text}`;
  }
  const next = reader.peek(1);
  // `Tuple(name String)`
  if (next.kind !== 'word' && next.kind !== 'name') return typeName(translation);
  return `${quoteName(reader.name())} ${typeName(translation)}`;
}
