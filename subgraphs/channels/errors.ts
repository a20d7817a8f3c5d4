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
      `account ${externalId} of ${platform} is connected already: disconnect it there first`,
      { cause },
    );
  }

  static badTimeZone(timeZone: string, cause: unknown): ChannelError {
    return new ChannelError('BAD_TIME_ZONE', `'${timeZone}' is no IANA time zone such as Europe/Berlin`, { cause });
  }

  static badToken(): ChannelError {
    return new ChannelError(
      'BAD_ACCESS_TOKEN',
      `not a Telegram bot's token, which looks like 123456:AAE...: copy it again`,
    );
  }

  static badWebhookSecret(): ChannelError {
    return new ChannelError('BAD_WEBHOOK_SECRET', 'a webhook secret has 1 to 256 of the characters A-Z a-z 0-9 _ -');
  }
}
