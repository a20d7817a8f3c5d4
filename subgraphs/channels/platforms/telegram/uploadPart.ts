import { fileTrouble, type FileToUpload, type OpenFile } from '../../attachments/openFile.ts';
import { unavailable } from '../failure.ts';
import { formBody } from '../http/formBody.ts';
import type { OutgoingPart, Refusal } from '../outbound.ts';
import type { TelegramAnswer, TelegramApi } from './api.ts';
import { mediumOf } from './parts.ts';

/** The most that Telegram takes of a bot, in bytes (https://core.telegram.org/bots/api#sending-files). */
const LARGEST_FILE = 50 * 1024 ** 2;

/** Telegram never had all of it. */
export interface NotUploaded {
  readonly kind: 'notUploaded';
  readonly refusal: Refusal;
}

type FilePart = Exclude<OutgoingPart, { readonly text: string }>;

/**
 * Sends a file by giving it along. By an address Telegram takes smaller files, as documents only some types, and none of an
 * installation that it cannot reach.
 */
export async function uploadPart(
  { api, openFile }: { readonly api: TelegramApi; readonly openFile: OpenFile },
  token: string,
  { file, caption }: FilePart,
  options: { readonly to: object; readonly limitMs: number; readonly stopping: AbortSignal | undefined },
): Promise<TelegramAnswer | NotUploaded> {
  const startedAt = performance.now();
  const signal = AbortSignal.timeout(Math.max(0, Math.floor(options.limitMs)));
  let opened: FileToUpload;
  try {
    opened = await openFile(file, { maxBytes: LARGEST_FILE, signal });
  } catch (error) {
    return { kind: 'notUploaded', refusal: fileTrouble(error) };
  }
  const { stream, size, mimeType } = opened;
  const medium = mediumOf({ kind: file.kind, mimeType, size });
  const fields = fieldsOf({ ...options.to, ...(caption !== null && { caption }) });
  const form = formBody(
    fields,
    { field: medium, name: opened.name ?? medium, mimeType, stream, size },
    options.stopping,
  );
  const leftMs = options.limitMs - (performance.now() - startedAt);
  const answer = await api.upload(token, `send${medium.charAt(0).toUpperCase()}${medium.slice(1)}`, form, leftMs);
  if (answer.kind !== 'none' || form.isComplete() || answer.exchange.kind === 'answered') return answer;
  const trouble = form.trouble();
  return {
    kind: 'notUploaded',
    refusal: trouble === undefined ? unavailable(answer.exchange.reason) : fileTrouble(trouble),
  };
}

/** In a form, what is not text is JSON. */
function fieldsOf(parameters: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}
