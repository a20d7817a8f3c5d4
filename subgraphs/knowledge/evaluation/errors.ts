/** What keeps a collection from being evaluated. The message is for who asked for it. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
  readonly code: 'MISSING' | 'MALFORMED' | 'NOTHING_JUDGED';

  private constructor(code: EvaluationError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static missing(path: string, cause: unknown): EvaluationError {
    const layout = 'a folder with corpus.jsonl, queries.jsonl and qrels/test.tsv';
    return new EvaluationError('MISSING', `There is no ${path}: give ${layout}.`, { cause });
  }

  static malformed(where: string, problem: string, cause?: unknown): EvaluationError {
    return new EvaluationError('MALFORMED', `${where} ${problem}`, { cause });
  }

  static nothingJudged(folder: string): EvaluationError {
    const message = `Of no query in ${folder} qrels/test.tsv names a document that answers it: do their ids agree?`;
    return new EvaluationError('NOTHING_JUDGED', message);
  }
}
