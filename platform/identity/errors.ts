/** Why somebody is not who they say they are. The message is fit for the caller; details are in the cause. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
  /** `UNAUTHENTICATED`, or `UNAVAILABLE` when it could not be found out. */
  readonly code: 'UNAUTHENTICATED' | 'UNAVAILABLE';

  private constructor(message: string, cause?: unknown, code: IdentityError['code'] = 'UNAUTHENTICATED') {
    super(message, { cause });
    this.code = code;
  }

  static expired(cause?: unknown): IdentityError {
    return new IdentityError('The token has expired: get a new one.', cause);
  }

  static invalid(cause?: unknown): IdentityError {
    return new IdentityError('The token is not valid here: check that it was issued for this graph.', cause);
  }

  static missing(): IdentityError {
    return new IdentityError('The request carries no signed identity: send it through the router.');
  }

  static keysUnavailable(cause: unknown): IdentityError {
    return new IdentityError(
      'The keys that tokens are checked with cannot be read now: try again.',
      cause,
      'UNAVAILABLE',
    );
  }
}

/** The deployment cannot check anybody's identity. */
export class IdentityConfigError extends Error {
  override readonly name = 'IdentityConfigError';
  readonly code = 'IDENTITY_NOT_CONFIGURED';

  static noKeys(): IdentityConfigError {
    return new IdentityConfigError('Bearer tokens need a shared secret or the address of a JWKS: give one of the two.');
  }
}
