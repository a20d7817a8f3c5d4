/** What an operator can get wrong about companies and channels. `code` is stable. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly code: string;

  private constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static slugTaken(slug: string, cause: unknown): ChannelError {
    return new ChannelError('SLUG_TAKEN', `another company has the slug '${slug}': choose another one`, { cause });
  }

  static accountTaken(platform: string, externalId: string, cause: unknown): ChannelError {
    return new ChannelError(
      'ACCOUNT_TAKEN',
      `account ${externalId} of ${platform} is connected already: remove it there first`,
      { cause },
    );
  }

  static badTimeZone(timeZone: string): ChannelError {
    return new ChannelError('BAD_TIME_ZONE', `'${timeZone}' is no IANA time zone such as Europe/Berlin`);
  }
}
