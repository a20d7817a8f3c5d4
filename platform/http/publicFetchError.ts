/**
 * Why nothing was fetched. `code` is stable. UNAVAILABLE alone is worth trying again: the other side is away, slow or in
 * trouble.
 */
export class PublicFetchError extends Error {
  override readonly name = 'PublicFetchError';
  readonly code: 'FORBIDDEN_ADDRESS' | 'NOT_FOUND' | 'TOO_LARGE' | 'UNAVAILABLE';

  private constructor(code: PublicFetchError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** @param what without path and query, which may hold secrets. */
  static forbiddenAddress(what: string): PublicFetchError {
    return new PublicFetchError('FORBIDDEN_ADDRESS', `${what} is no address of the open internet`);
  }

  static notFound(why: string): PublicFetchError {
    return new PublicFetchError('NOT_FOUND', `there is no file any more: ${why}`);
  }

  static tooLarge(maxBytes: number): PublicFetchError {
    return new PublicFetchError('TOO_LARGE', `the file has more than ${String(maxBytes)} bytes`);
  }

  static unavailable(why: string, cause?: unknown): PublicFetchError {
    return new PublicFetchError('UNAVAILABLE', `the file cannot be fetched now: ${why}`, { cause });
  }
}
