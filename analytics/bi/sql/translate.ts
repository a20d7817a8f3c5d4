import { BiError } from '../errors.ts';
import { query, isQueryAhead } from './queries.ts';
import { quoteText } from './quote.ts';
import { createReader, readTokens, type Reader } from './reader.ts';
import { tableName } from './tables.ts';
import type { Translation } from './translation.ts';

export interface Translated {
  /** What is run in place of the statement. */
  readonly sql: string;
  /** What the statement itself says of its format. */
  readonly format: string | undefined;
}

/**
 * Writes a statement anew from what is understood of it, with each table replaced by what the asker may see of it. Nothing of its
 * text gets through but names, literals, signs and words that are known here: what the engine is given is the translation's own.
 *
 * @param sql as the engine's formatter has written it.
 * @throws BiError for what is not understood, or not permitted.
 */
export function translate(sql: string, options: Omit<Translation, 'reader' | 'scopes'>): Translated {
  const translation: Translation = { ...options, reader: createReader(readTokens(sql)), scopes: [] };
  const { reader } = translation;
  const written = statement(translation);
  const format = reader.takes('FORMAT') ? reader.name() : undefined;
  if (reader.sees('INTO') || reader.sees('SETTINGS')) throw BiError.notAvailable(reader.peek().text.toUpperCase());
  if (reader.peek().kind !== 'end') reader.refuse();
  return { sql: written, format };
}

function statement(translation: Translation): string {
  const { reader } = translation;
  if (isQueryAhead(reader)) return query(translation);
  if (reader.takes('SHOW')) return show(translation);
  if (reader.takes('DESCRIBE') || reader.takes('DESC')) return describe(translation);
  if (reader.takes('EXISTS')) return exists(translation);
  throw BiError.notSelect();
}

/** Answers of the catalogue are selects too, and take the same way. */
function ask(translation: Translation, sql: string): string {
  return query({ ...translation, reader: createReader(readTokens(sql)), scopes: [] });
}

function show(translation: Translation): string {
  const { reader } = translation;
  if (reader.takes('DATABASES')) {
    return ask(translation, `SELECT name FROM system.databases WHERE ${like(reader)} ORDER BY name`);
  }
  reader.takes('FULL');
  if (reader.takes('COLUMNS') || reader.takes('FIELDS')) {
    reader.expect('FROM');
    return describe(translation);
  }
  if (!reader.takes('TABLES')) throw BiError.notAvailable(`SHOW ${reader.peek().text}`);
  const database = reader.takes('FROM') || reader.takes('IN') ? reader.name() : 'bi';
  if (!translation.tables.hasDatabase(database)) throw BiError.unknownDatabase(database);
  return ask(
    translation,
    `SELECT name FROM system.tables WHERE database = ${quoteText(database)} AND ${like(reader)} ORDER BY name`,
  );
}

function like(reader: Reader): string {
  const not = reader.takes('NOT') ? 'NOT ' : '';
  const operator = ['LIKE', 'ILIKE'].find((word) => reader.takes(word));
  if (operator === undefined) return '1';
  const token = reader.next();
  if (token.kind !== 'string') throw BiError.syntax(token.text);
  return `name ${not}${operator} ${quoteText(token.text)}`;
}

function describe(translation: Translation): string {
  translation.reader.takes('TABLE');
  const { database = 'bi', table } = tableName(translation);
  if (translation.tables.find(database, table) === undefined) throw BiError.unknownTable(`${database}.${table}`);
  return ask(
    translation,
    `SELECT name, type, default_kind AS default_type, default_expression, comment, compression_codec AS codec_expression,
      '' AS ttl_expression FROM system.columns
      WHERE database = ${quoteText(database)} AND \`table\` = ${quoteText(table)} ORDER BY position`,
  );
}

function exists(translation: Translation): string {
  const { reader, tables } = translation;
  const isDatabase = reader.takes('DATABASE');
  if (isDatabase) return `SELECT toUInt8(${tables.hasDatabase(reader.name()) ? '1' : '0'}) AS result`;
  if (!reader.takes('TABLE')) reader.takes('VIEW');
  const { database = 'bi', table } = tableName(translation);
  return `SELECT toUInt8(${tables.find(database, table) === undefined ? '0' : '1'}) AS result`;
}
