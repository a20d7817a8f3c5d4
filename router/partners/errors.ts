/** What is known of partners cannot be found out. For the log: clients are told to try again. */
export class PartnersError extends Error {
  override readonly name = 'PartnersError';
  readonly code = 'PARTNERS_UNAVAILABLE';

  static keeperAway(cause: unknown): PartnersError {
    return new PartnersError('conversations does not answer about keys: see whether it runs.', { cause });
  }

  static keeperAnswered(status: number): PartnersError {
    return new PartnersError(`conversations answered ${String(status)} about keys: see its log.`);
  }
}
