import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { bodyOf, bytesOf, parsedJson } from '../localServer.ts';

/** A file that came in a form. */
export interface Upload {
  readonly name: string;
  readonly mimeType: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** What the largest file needs, and what is around it in its form. */
const FORM_LIMIT = 51 * 1024 * 1024;

/** What a call was given, in JSON or as a form; undefined when it is more than there may be. */
export async function parametersOf(request: IncomingMessage): Promise<{ readonly given: unknown } | undefined> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) {
    const body = await bodyOf(request);
    return body === undefined ? undefined : { given: parsedJson(body) };
  }
  const bytes = await bytesOf(request, FORM_LIMIT);
  if (!bytes) return undefined;
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  const fields = [...form].map(async ([name, value]) => [name, await fieldOf(value)] as const);
  return { given: Object.fromEntries(await Promise.all(fields)) };
}

async function fieldOf(value: File | string): Promise<unknown> {
  // Of what is no text in the API, a form has the JSON.
  if (typeof value === 'string') return value.startsWith('{') ? parsedJson(value) : value;
  const sha256 = createHash('sha256')
    .update(new Uint8Array(await value.arrayBuffer()))
    .digest('hex');
  return { name: value.name, mimeType: value.type, size: value.size, sha256 } satisfies Upload;
}
