/** A text that nothing can be found in. The message is for the person who added it; no retry helps. */
export class TextError extends Error {
  override readonly name = 'TextError';
  readonly code: string;

  private constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static empty(): TextError {
    return new TextError(
      'NO_TEXT',
      'There is nothing to read in it once markup is left out: add a text with words. Of pictures, as in a scan, nothing is read.',
    );
  }

  static neverClosed(limit: number): TextError {
    return new TextError(
      'MARKUP_TOO_DEEP',
      `More than ${limit} HTML elements are left open: close them, or add the text as PLAIN.`,
    );
  }

  static fileGone(): TextError {
    return new TextError('FILE_GONE', 'The file was not kept for so long: upload it again.');
  }

  /** @param kind such as `PDF` */
  static unreadable(kind: string, why: string, cause?: unknown): TextError {
    return new TextError(
      'UNREADABLE',
      `The file cannot be read as ${kind} (${why}): save it anew and upload it again.`,
      {
        cause,
      },
    );
  }

  static locked(): TextError {
    return new TextError('PASSWORD', 'The PDF opens with a password only: save it without and upload it again.');
  }

  static tooLong(limit: string): TextError {
    return new TextError('TOO_LONG', `There is more than ${limit} of text in it: split it into several documents.`);
  }

  static tooMuchWork(): TextError {
    return new TextError(
      'TOO_COMPLEX',
      'Reading it takes more time or memory than a file may: split it, or add its text.',
    );
  }

  /** @param why in a few words, without anything that is nobody's business. */
  static unreachable(why: string, cause?: unknown): TextError {
    return new TextError('UNREACHABLE', unread(why), { cause });
  }

  /** The same where it is worth trying again. */
  static away(why: string): TextError {
    return new TextError('AWAY', unread(why));
  }

  static forbiddenByRobots(): TextError {
    return new TextError(
      'FORBIDDEN_BY_ROBOTS',
      'The robots.txt of the site forbids to read it: allow SwitchboardBot there.',
    );
  }

  static unsupported(type: string): TextError {
    return new TextError('UNSUPPORTED', `What stands at the address is of a kind that cannot be read (${type}).`);
  }

  static noSitemap(): TextError {
    return new TextError('NO_SITEMAP', 'What stands at the address is no sitemap: give one as on sitemaps.org.');
  }

  static emptySitemap(): TextError {
    return new TextError('NO_PAGES', 'No page of its own host stands in the sitemap: give the one of that host.');
  }

  static sitemapTooLarge(limit: string): TextError {
    return new TextError('TOO_LARGE', `There are more than ${limit} in it: give the sitemap of the help centre alone.`);
  }

  /** As it came over from where a file was read. */
  static from({ code, message }: { readonly code: string; readonly message: string }): TextError {
    return new TextError(code, message);
  }
}

function unread(why: string): string {
  return `The address cannot be read (${why}): check it, and refresh the document.`;
}
