/** The vector index cannot do its work now; nothing is wrong with the document or the question. */
export class IndexError extends Error {
  override readonly name = 'IndexError';
  readonly code = 'UNAVAILABLE';

  static unavailable(cause: unknown): IndexError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new IndexError(
      `Qdrant does not serve (${reason}): is it running, are QDRANT_URL and QDRANT_API_KEY right?`,
      {
        cause,
      },
    );
  }
}
