/** A text that nothing can be found in. The message is for the person who added it; no retry helps. */
export class TextError extends Error {
  override readonly name = 'TextError';
  readonly code: string;

  private constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }

  static empty(): TextError {
    return new TextError('NO_TEXT', 'There is nothing to read in it once markup is left out: add a text with words.');
  }

  static neverClosed(limit: number): TextError {
    return new TextError(
      'MARKUP_TOO_DEEP',
      `More than ${limit} HTML elements are left open: close them, or add the text as PLAIN.`,
    );
  }
}
