/** Whoever looks has no token, or none that is good: they have to give one. */
export class SignedOut extends Error {
  override readonly name = 'SignedOut';
}
