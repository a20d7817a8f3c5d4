/**
 * A fact came before what it is about, which is told on the way to the same place: it is tried again, and parked when that
 * never comes. `code` is stable.
 */
export class FactError extends Error {
  override readonly name = 'FactError';
  readonly code: string;

  private constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }

  static messageMissing(id: string): FactError {
    return new FactError('MESSAGE_MISSING', `message ${id} is not here (yet), though something is told about it`);
  }

  static attachmentMissing(id: string, messageId: string): FactError {
    return new FactError(
      'ATTACHMENT_MISSING',
      `message ${messageId} has no attachment ${id} (yet) that could be stored`,
    );
  }

  static contactMissing(externalId: string): FactError {
    return new FactError(
      'CONTACT_MISSING',
      `nobody with the id ${externalId} has written (yet), though a profile is told`,
    );
  }
}
