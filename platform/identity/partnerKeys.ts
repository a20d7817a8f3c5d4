import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { parse, stringify, v7 } from 'uuid';

/** What every key begins with, so that whoever finds one (a scanner of source code, too) knows what it is. */
export const PARTNER_KEY_PREFIX = 'swk_';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(DIGITS.length);
/** Company and key, each a UUID, and 192 bits by chance. */
const BYTES = 16 + 16 + 24;
const BODY_LENGTH = 76;
const CHECKSUM_LENGTH = 6;
const form = new RegExp(
  `^${PARTNER_KEY_PREFIX}([0-9A-Za-z]{${String(BODY_LENGTH)}})([0-9A-Za-z]{${String(CHECKSUM_LENGTH)}})$`,
);

/** What of a key may be kept: nobody makes the key of it again. */
export interface PartnerKeyFacts {
  readonly companyId: string;
  readonly keyId: string;
  /**
   * SHA-256 of the whole key, in hex. A slow hash is for what people choose: of 192 bits nobody tries a noticeable part, and
   * each request would pay for it.
   */
  readonly hash: string;
}

/** A new key of a company. The text is for its owner, once. */
export function createPartnerKey(companyId: string): PartnerKeyFacts & { readonly text: string } {
  const keyId = v7();
  const body = encode(Buffer.concat([parse(companyId), parse(keyId), randomBytes(24)]));
  const text = `${PARTNER_KEY_PREFIX}${body}${checksumOf(body)}`;
  return { companyId, keyId, text, hash: hashOf(text) };
}

/** Whether somebody means this to be a key, right or wrong. */
export function looksLikePartnerKey(text: string): boolean {
  return text.startsWith(PARTNER_KEY_PREFIX);
}

/** What a key says of itself; undefined for what is none: a typing error is found by the checksum, before anybody is asked. */
export function readPartnerKey(text: string): PartnerKeyFacts | undefined {
  const [, body, checksum] = form.exec(text) ?? [];
  if (body === undefined || checksum !== checksumOf(body)) return undefined;
  const bytes = decode(body);
  if (!bytes) return undefined;
  try {
    return {
      companyId: stringify(bytes.subarray(0, 16)),
      keyId: stringify(bytes.subarray(16, 32)),
      hash: hashOf(text),
    };
  } catch {
    // Some sixteen bytes, and no UUID.
    return undefined;
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function checksumOf(body: string): string {
  return toDigits(BigInt(crc32(body)), CHECKSUM_LENGTH);
}

function encode(bytes: Buffer): string {
  return toDigits(BigInt(`0x${bytes.toString('hex')}`), BODY_LENGTH);
}

function decode(body: string): Buffer | undefined {
  let number = 0n;
  for (const digit of body) number = number * BASE + BigInt(DIGITS.indexOf(digit));
  const hex = number.toString(16).padStart(BYTES * 2, '0');
  return hex.length > BYTES * 2 ? undefined : Buffer.from(hex, 'hex');
}

function toDigits(number: bigint, length: number): string {
  let text = '';
  for (let rest = number; rest > 0n; rest /= BASE) text = `${DIGITS.charAt(Number(rest % BASE))}${text}`;
  return text.padStart(length, '0');
}
