import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Of no value to anybody else: it only keeps what is compared from being chosen by a stranger. As text, for Node makes a key
 * of it in a fifth of the time that bytes take.
 */
const key = randomBytes(32).toString('hex');

/** Whether two secrets are equal, in a time that tells neither their contents nor the length of the right one. */
export function secretsEqual(a: string, b: string): boolean {
  return timingSafeEqual(createHmac('sha256', key).update(a).digest(), createHmac('sha256', key).update(b).digest());
}
