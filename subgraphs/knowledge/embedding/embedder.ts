/** Whose texts are embedded, and what for. */
export interface Purpose {
  readonly companyId: string;
  /** Of passages, the document that each is of; undefined for questions. */
  readonly documentIds?: readonly string[] | undefined;
  /** Nobody waits for it now: those for whom somebody does go first. */
  readonly background?: true | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Turns texts into vectors whose cosine says how near their meanings are. */
export interface Embedder {
  /** Names the space that the vectors live in: vectors of two models cannot be compared. */
  readonly model: string;
  readonly dimensions: number;
  /** How much its ranking counts beside the ranking by words, which counts 1. */
  readonly weight: number;
  /**
   * One vector for each text, in their order.
   *
   * @throws EmbedderError `TEXT_REFUSED` when the model will never take one of the texts, `UNAVAILABLE` when it may later.
   */
  embed(texts: readonly string[], purpose: Purpose): Promise<number[][]>;
}

export class EmbedderError extends Error {
  override readonly name = 'EmbedderError';
  readonly code: 'TEXT_REFUSED' | 'UNAVAILABLE';

  private constructor(code: EmbedderError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static refused(model: string, status: number, reason: string): EmbedderError {
    // The message is shown to whoever added the text; what the endpoint says is for the log.
    return new EmbedderError('TEXT_REFUSED', `The embedding model ${model} does not take this text (HTTP ${status}).`, {
      cause: new Error(reason),
    });
  }

  static status(url: string, status: number, reason: string): EmbedderError {
    return new EmbedderError(
      'UNAVAILABLE',
      `${url} answered ${status} (${reason}): check EMBEDDINGS_URL, EMBEDDINGS_MODEL and EMBEDDINGS_API_KEY`,
    );
  }

  static unreachable(url: string, cause: unknown): EmbedderError {
    return new EmbedderError('UNAVAILABLE', `${url} does not answer: is EMBEDDINGS_URL right?`, { cause });
  }

  static busy(waitMs: number): EmbedderError {
    const seconds = Math.ceil(waitMs / 1_000);
    return new EmbedderError(
      'UNAVAILABLE',
      `The embedding model takes no more for ${seconds} s: try again then, or raise its limit and EMBEDDINGS_REQUESTS_PER_MINUTE and EMBEDDINGS_TOKENS_PER_MINUTE with it`,
    );
  }

  static unexpectedAnswer(url: string, problem: string): EmbedderError {
    return new EmbedderError(
      'UNAVAILABLE',
      `${url} gave no usable vectors (${problem}): check EMBEDDINGS_MODEL and EMBEDDINGS_DIMENSIONS`,
    );
  }
}
