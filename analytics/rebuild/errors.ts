/** Why rollups were not made anew; what was there is there. `code` is stable. */
export class RebuildError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'RebuildError';
    this.code = code;
  }

  static other(): RebuildError {
    return new RebuildError('UNDER_WAY', 'Another rebuild is under way: wait for its end.');
  }

  static noWay(): RebuildError {
    return new RebuildError(
      'NO_WAY',
      'The writers did not give way within a minute: look at their logs, and ask again.',
    );
  }

  static stopped(): RebuildError {
    return new RebuildError('STOPPED', 'The service stopped meanwhile: ask again.');
  }
}
