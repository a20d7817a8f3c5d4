/** A file is not taken in, whoever sends it. `code` is stable; the message is for whoever sent it. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
  readonly code: 'TOO_LARGE' | 'TYPE_REFUSED';

  private constructor(code: FileRefused['code'], message: string) {
    super(message);
    this.code = code;
  }

  static tooLarge(maxBytes: number): FileRefused {
    return new FileRefused('TOO_LARGE', `A file has at most ${String(maxBytes)} bytes.`);
  }

  static type(mimeType: string, reason: string): FileRefused {
    return new FileRefused('TYPE_REFUSED', `Files of the type ${mimeType} are not taken: ${reason}.`);
  }
}
