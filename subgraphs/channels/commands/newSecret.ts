import { randomBytes } from 'node:crypto';

/** Of the characters that Telegram takes in a secret. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
