import { fileTypeFromBuffer } from 'file-type';

/** What a file is called where it comes from: believed where the content leaves it open. */
export interface Claim {
  readonly name: string | null;
  readonly mimeType: string | null;
}

/** Enough to tell text from anything else, and one text from another. */
const SAMPLE_BYTES = 4_096;
/** Larger text is not parsed to find out whether it is JSON. */
const LARGEST_JSON = 1024 * 1024;

const htmlRoots: ReadonlySet<string> = new Set(['html', 'head', 'body', 'script', 'iframe', 'style', 'meta', 'link']);

/** Compound files: what is in them only their name tells. */
const compound: Readonly<Record<string, string>> = {
  doc: 'application/msword',
  xls: 'application/vnd.ms-excel',
  ppt: 'application/vnd.ms-powerpoint',
  msg: 'application/vnd.ms-outlook',
};

/** The MIME type that the content is of, without parameters; `application/octet-stream` when it is of none we know. */
export async function mimeTypeOf(bytes: Uint8Array, claim: Claim): Promise<string> {
  const found = (await fileTypeFromBuffer(bytes))?.mime.split(';')[0];
  const extension = extensionOf(claim.name);
  if (found === 'application/x-cfb') return compound[extension] ?? found;
  // SVG is all that has a type of its own here; the rest of XML is text.
  if (found !== undefined && found !== 'application/xml') return found;
  const text = textOf(bytes);
  if (text === undefined) return 'application/octet-stream';
  const root = rootOf(text);
  if (root === 'svg') return 'image/svg+xml';
  if (root !== undefined && htmlRoots.has(root)) return 'text/html';
  if (found !== undefined) return found;
  if (isJson(bytes, text)) return 'application/json';
  if (extension === 'csv' || claim.mimeType?.split(';')[0] === 'text/csv') return 'text/csv';
  return 'text/plain';
}

/** The beginning, when it is text in UTF-8 as far as one can see. */
export function textOf(bytes: Uint8Array): string | undefined {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  try {
    // `stream`: the end of the sample may cut a character in two.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: bytes.length > sample.length });
    // oxlint-disable-next-line no-control-regex -- that is what is looked for
    return /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The first element of what may be XML or HTML. */
function rootOf(text: string): string | undefined {
  const before = /^(?:<[?!][^-][^>]*>|<!--[^]*?-->|\s)*/.exec(text)?.[0] ?? '';
  if (/<!doctype\s+html/i.test(before)) return 'html';
  return /^<([a-z]+)[\s>/]/i.exec(text.slice(before.length))?.[1]?.toLowerCase();
}

function isJson(bytes: Uint8Array, text: string): boolean {
  if (!/^\s*[[{]/.test(text) || bytes.length > LARGEST_JSON) return false;
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false;
  }
}

function extensionOf(name: string | null): string {
  return /\.(\w{1,8})$/.exec(name ?? '')?.[1]?.toLowerCase() ?? '';
}
