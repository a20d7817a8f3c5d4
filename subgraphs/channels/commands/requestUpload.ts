import { forbidden, userError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { fileName } from '../attachments/fileName.ts';
import type { ChannelTools } from './channelTools.ts';
import type { Outcome } from './outcome.ts';

export interface RequestUploadInput {
  readonly name: string;
  readonly mimeType: string;
  readonly size: number;
}

const LIFETIME_MS = 15 * 60 * 1_000;

/**
 * Gives an agent an address to upload a file to. What comes there is kept for a day, and for good once it was sent.
 *
 * @throws GraphQLError `FORBIDDEN` for everybody else.
 */
export async function requestUpload(
  { agentUploads, publicUrl }: ChannelTools,
  identity: Identity,
  { name: given, mimeType, size }: RequestUploadInput,
): Promise<Outcome<{ readonly url: string; readonly expiresAt: Date }>> {
  if (identity.kind !== 'agent') throw forbidden('Only an agent can do this: use the token of one.');
  const { companyId, agentId } = identity;
  const { maxBytes } = agentUploads;
  const name = fileName(given);
  if (name === null) return refuse('INVALID', 'A file needs a name.', 'name');
  if (!/^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(mimeType)) {
    return refuse(
      'INVALID',
      'A type is such as image/png; application/octet-stream, where it is not known.',
      'mimeType',
    );
  }
  if (size < 1) return refuse('INVALID', 'The file is empty.', 'size');
  if (size > maxBytes) return refuse('TOO_LARGE', `A file has at most ${String(maxBytes)} bytes.`, 'size');
  const refusal = await agentUploads.refusal({ companyId, agentId }, size);
  if (refusal === 'RATE_LIMITED') return refuse(refusal, 'Too many files in a short time: wait a moment.', 'size');
  if (refusal === 'QUOTA_EXCEEDED') {
    return refuse(refusal, 'Too much was uploaded and not sent: send it, or wait until it is removed.', 'size');
  }
  const expiresAt = new Date(Date.now() + LIFETIME_MS);
  const token = agentUploads.places.sign({ companyId, agentId, name, mimeType, size }, expiresAt);
  return { url: `${publicUrl}/uploads?place=${token}`, expiresAt };
}

function refuse(code: string, message: string, field: keyof RequestUploadInput) {
  return { userErrors: [userError(code, message, ['input', field])] };
}
