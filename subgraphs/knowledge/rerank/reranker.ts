/** Where a text stood, and how well it answers. */
export interface Ranked {
  readonly index: number;
  /** Comparable within one answer only. */
  readonly score: number;
}

/** Reads a question and texts together, and says which of these answer it best. */
export interface Reranker {
  readonly model: string;
  /**
   * The best `first`, best first.
   *
   * @throws RerankError when it does not; the order in which the texts were found is as good as any then.
   */
  rank(query: string, texts: readonly string[], first: number): Promise<readonly Ranked[]>;
}

export class RerankError extends Error {
  override readonly name = 'RerankError';
  readonly code: 'RESTING' | 'REFUSED' | 'UNAVAILABLE' | 'TIMEOUT' | 'UNREADABLE';

  private constructor(code: RerankError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static resting(url: string, ms: number): RerankError {
    return new RerankError('RESTING', `${url} is left alone for ${Math.ceil(ms / 1_000)} s after failures in a row`);
  }

  static status(url: string, status: number, reason: string): RerankError {
    const code = status === 400 || status === 413 || status === 422 ? 'REFUSED' : 'UNAVAILABLE';
    const remedy = 'check RERANK_URL, RERANK_MODEL and RERANK_API_KEY';
    return new RerankError(code, `${url} answered ${status} (${reason}): ${remedy}`);
  }

  static unreachable(url: string, cause: unknown): RerankError {
    return new RerankError('UNAVAILABLE', `${url} does not answer: is RERANK_URL right?`, { cause });
  }

  static timeout(url: string, ms: number): RerankError {
    return new RerankError(
      'TIMEOUT',
      `${url} did not answer within ${ms} ms: raise RERANK_TIMEOUT, or take another model`,
    );
  }

  static unreadable(url: string, problem: string): RerankError {
    return new RerankError(
      'UNREADABLE',
      `${url} gave no usable ranking (${problem}): check RERANK_URL and RERANK_MODEL`,
    );
  }
}
