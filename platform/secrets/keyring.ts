import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
/** What GCM is made for; other lengths are hashed first. */
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** `v1.<key id>.<iv>.<tag>.<ciphertext>`, the last three in base64url: safe in a text column, a URL or a log. */
export type SealedSecret = `v1.${string}`;

export interface Keyring {
  /** The second part of what it seals. */
  readonly activeKeyId: string;
  /** Encrypts under the active key; it opens again only in the same context, such as the id of the row it belongs to. */
  seal(plaintext: string, context: string): SealedSecret;
  /** @throws SecretError when it was sealed under a key that is not here, in another context, or was changed since. */
  open(sealed: string, context: string): string;
}

export interface KeyringOptions {
  /** The key that seals; the others only open what they sealed before, until it is all sealed anew. */
  readonly activeKeyId: string;
  /** By id (letters, digits, `-` and `_`), 32 bytes each in base64, as of `openssl rand -base64 32`. */
  readonly keys: Readonly<Record<string, string>>;
}

export class SecretError extends Error {
  override readonly name = 'SecretError';
  readonly code: 'KEYRING_INVALID' | 'KEY_UNKNOWN' | 'SECRET_UNREADABLE';

  private constructor(code: SecretError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }

  static badKey(id: string): SecretError {
    return new SecretError(
      'KEYRING_INVALID',
      `The key ${JSON.stringify(id)} is none: it needs an id of letters, digits, - and _, and ${KEY_BYTES} bytes in base64, as of openssl rand -base64 ${KEY_BYTES}.`,
    );
  }

  static noActiveKey(id: string): SecretError {
    return new SecretError('KEYRING_INVALID', `The active key ${JSON.stringify(id)} is not among the keys: add it.`);
  }

  static unknownKey(id: string): SecretError {
    return new SecretError(
      'KEY_UNKNOWN',
      `The secret was sealed under the key ${JSON.stringify(id)}, which is not here: give that key back to the keyring.`,
    );
  }

  static unreadable(cause?: unknown): SecretError {
    return new SecretError(
      'SECRET_UNREADABLE',
      'The secret does not open: it was changed, or sealed for something else. Enter it again.',
      cause,
    );
  }
}

/** Keeps secrets at rest with AES-256-GCM; several keys at a time, so that they can be changed while everything runs. */
export function createKeyring({ activeKeyId, keys }: KeyringOptions): Keyring {
  const ring = new Map(Object.entries(keys).map(([id, text]) => [id, decodeKey(id, text)]));
  const active = ring.get(activeKeyId);
  if (!active) throw SecretError.noActiveKey(activeKeyId);

  return {
    activeKeyId,
    seal(plaintext, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, active, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(associated(activeKeyId, context));
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      const parts = [iv, cipher.getAuthTag(), ciphertext].map((part) => part.toString('base64url'));
      return `v1.${activeKeyId}.${parts.join('.')}`;
    },

    open(sealed, context) {
      const [version, keyId, iv, tag, ciphertext, ...others] = sealed.split('.');
      if (
        version !== 'v1' ||
        keyId === undefined ||
        iv === undefined ||
        tag === undefined ||
        ciphertext === undefined
      ) {
        throw SecretError.unreadable();
      }
      if (others.length > 0) throw SecretError.unreadable();
      const key = ring.get(keyId);
      if (!key) throw SecretError.unknownKey(keyId);
      try {
        const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(iv, 'base64url'), { authTagLength: TAG_BYTES });
        decipher.setAAD(associated(keyId, context));
        decipher.setAuthTag(Buffer.from(tag, 'base64url'));
        return Buffer.concat([decipher.update(ciphertext, 'base64url'), decipher.final()]).toString('utf8');
      } catch (error) {
        throw SecretError.unreadable(error);
      }
    },
  };
}

function decodeKey(id: string, text: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (!/^[\w-]+$/.test(id) || key.length !== KEY_BYTES) throw SecretError.badKey(id);
  return key;
}

/** What is not encrypted but must not change: the key ids have no dots, so no two pairs read the same. */
function associated(keyId: string, context: string): Buffer {
  return Buffer.from(`v1.${keyId}.${context}`);
}
