import { parse } from 'csv-parse/sync';
import type { Piece } from './blocks.ts';
import { TextError } from './errors.ts';

const questions = new Set(
  'question questions q frage fragen pregunta preguntas domanda domande pergunta perguntas вопрос вопросы title titel titre'.split(
    ' ',
  ),
);
const answers = new Set(
  'answer answers a antwort antworten réponse réponses reponse respuesta respuestas risposta risposte resposta respostas ответ ответы'.split(
    ' ',
  ),
);

/**
 * A table of questions and answers: each question a heading, its answer below. The columns are found by their names in the first
 * row; two columns without such names are question and answer. Of any other table each row is a piece, with the names of its
 * columns.
 *
 * @throws TextError when it is no CSV.
 */
export function* csvPieces(source: string): Generator<Piece> {
  const [first, ...rest] = rowsOf(source);
  if (!first) return;
  const names = first.map((name) => name.trim().toLowerCase());
  const question = names.findIndex((name) => questions.has(name));
  const answer = names.findIndex((name) => answers.has(name));
  if (question !== -1 && answer !== -1) {
    for (const row of rest) yield* entry(row, first, question, answer);
  } else if (first.length === 2) {
    for (const row of [first, ...rest]) yield* entry(row, [], 0, 1);
  } else {
    for (const row of rest) yield { level: 0, text: described(row, first, []) };
  }
}

/** Other columns stand below the answer: a product or a country belongs to what the answer is about. */
function* entry(row: readonly string[], names: readonly string[], question: number, answer: number): Generator<Piece> {
  const title = (row[question] ?? '').replace(/\s+/g, ' ').trim();
  const others = described(row, names, [question, answer]);
  const text = [(row[answer] ?? '').trim(), others].filter(Boolean).join('\n');
  if (title !== '') yield { level: 1, text: title };
  if (text !== '') yield { level: 0, text };
}

function described(row: readonly string[], names: readonly string[], without: readonly number[]): string {
  return row
    .map((value, column) => ({ value: value.trim(), name: names[column]?.trim() ?? '', column }))
    .filter(({ value, column }) => value !== '' && !without.includes(column))
    .map(({ value, name }) => (name === '' ? value : `${name}: ${value}`))
    .join('\n');
}

function rowsOf(source: string): string[][] {
  try {
    return parse(source, {
      bom: true,
      delimiter: delimiterOf(source),
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
    });
  } catch (error) {
    throw TextError.unreadable('CSV', error instanceof Error ? error.message : String(error), error);
  }
}

/** What parts the columns of the first row: spreadsheets write what their country uses. */
function delimiterOf(source: string): string {
  const line = (/^[^\r\n]*/.exec(source)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: line.split(delimiter).length }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).delimiter;
}
