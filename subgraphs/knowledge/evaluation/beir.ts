import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { EvaluationError } from './errors.ts';

export interface CorpusDocument {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** A question and, by document, how good an answer each is; 0 is none. */
export interface JudgedQuery {
  readonly id: string;
  readonly text: string;
  readonly grades: ReadonlyMap<string, number>;
}

/** A collection in BEIR's layout: `corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`. */
export interface Collection {
  /** Read from disk as it is asked for: it may be larger than memory. */
  documents(): AsyncIterable<CorpusDocument>;
  /** Those that somebody has judged documents for. */
  readonly queries: readonly JudgedQuery[];
}

const id = z.union([z.string(), z.number()]).transform(String);
const documentModel = z.object({ _id: id, title: z.string().nullish(), text: z.string().nullish() });
const queryModel = z.object({ _id: id, text: z.string() });

/**
 * @param path The folder, or a file in it.
 * @throws EvaluationError when it is no such collection.
 */
export async function openCollection(path: string): Promise<Collection> {
  const folder = await folderOf(path);
  const corpus = join(folder, 'corpus.jsonl');
  const grades = await readGrades(join(folder, 'qrels', 'test.tsv'));
  const queries: JudgedQuery[] = [];
  for await (const query of readLines(join(folder, 'queries.jsonl'), queryModel)) {
    const judged = grades.get(query._id);
    if (judged && [...judged.values()].some((grade) => grade > 0)) {
      queries.push({ id: query._id, text: query.text, grades: judged });
    }
  }
  if (queries.length === 0) throw EvaluationError.nothingJudged(folder);
  await stat(corpus).catch((error: unknown) => Promise.reject(EvaluationError.missing(corpus, error)));
  return {
    queries,
    async *documents() {
      for await (const { _id, title, text } of readLines(corpus, documentModel)) {
        yield { id: _id, title: title ?? '', text: text ?? '' };
      }
    },
  };
}

async function folderOf(path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => Promise.reject(EvaluationError.missing(path, error)));
  if (found.isDirectory()) return path;
  const folder = dirname(path);
  return basename(folder) === 'qrels' ? dirname(folder) : folder;
}

async function* readLines<T>(file: string, model: z.ZodType<T>): AsyncGenerator<T> {
  await stat(file).catch((error: unknown) => Promise.reject(EvaluationError.missing(file, error)));
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
    number++;
    if (line.trim() === '') continue;
    yield parseLine(line, model, `${file}:${number}`);
  }
}

function parseLine<T>(line: string, model: z.ZodType<T>, where: string): T {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw EvaluationError.malformed(where, 'is no JSON', error);
  }
  const parsed = model.safeParse(value);
  if (!parsed.success) throw EvaluationError.malformed(where, z.prettifyError(parsed.error));
  return parsed.data;
}

/** `query-id	corpus-id	score` with or without that line above, or the four columns of TREC. */
async function readGrades(file: string): Promise<Map<string, Map<string, number>>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) =>
    Promise.reject(EvaluationError.missing(file, error)),
  );
  const grades = new Map<string, Map<string, number>>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const columns = line.trim() === '' ? [] : line.trim().split(/\t|\s+/);
    if (columns.length === 0) continue;
    const [query = '', document = ''] = columns.length > 3 ? [columns[0], columns[2]] : columns;
    const grade = Number(columns.at(-1));
    if (columns.length < 3 || !Number.isFinite(grade)) {
      if (i === 0) continue;
      throw EvaluationError.malformed(`${file}:${i + 1}`, 'is not query, document and score');
    }
    const judged = grades.get(query) ?? new Map<string, number>();
    grades.set(query, judged.set(document, grade));
  }
  return grades;
}
