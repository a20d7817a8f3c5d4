/** What a file store cannot do. `code` is stable; UNAVAILABLE counts as an outage, see isOutage. */
export class FileStoreError extends Error {
  override readonly name = 'FileStoreError';
  readonly code: 'BAD_FILES_URL' | 'BAD_FILE_KEY' | 'UNAVAILABLE';

  private constructor(code: FileStoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Does not repeat the address, which may hold a secret. */
  static badUrl(): FileStoreError {
    return new FileStoreError(
      'BAD_FILES_URL',
      'Not a place for files: give file:///directory or s3://KEY:SECRET@host:port/bucket in FILES_URL.',
    );
  }

  static badKey(key: string): FileStoreError {
    return new FileStoreError('BAD_FILE_KEY', `${JSON.stringify(key)} is no key of a file`);
  }

  static unavailable(where: string, cause: unknown): FileStoreError {
    return new FileStoreError('UNAVAILABLE', `Files cannot be kept in ${where} now: is FILES_URL right?`, { cause });
  }
}
