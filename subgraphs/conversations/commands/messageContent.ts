import { userError, type UserError } from '#platform/graphql/errors.ts';
import type { Attachment } from '#schema/events/values.ts';
import { storableText } from '#platform/postgres/storableText.ts';
import { kindOf } from '../rules/attachments.ts';
import type { Mention } from '../rows.ts';
import { readMentions, type MentionInput } from './mentions.ts';

export interface SendMessageInput {
  readonly conversationId: string;
  readonly text?: string | null | undefined;
  readonly attachmentUrls?: readonly string[] | null | undefined;
  readonly replyToId?: string | null | undefined;
  readonly isPrivate?: boolean | null | undefined;
  readonly mentions?: readonly MentionInput[] | null | undefined;
  readonly cannedResponseId?: string | null | undefined;
  readonly draftRevision?: number | null | undefined;
  readonly idempotencyKey: string;
}

export interface Content {
  readonly text: string | null;
  readonly attachments: readonly Attachment[];
  readonly replyToId: string | null;
  readonly isPrivate: boolean;
  readonly mentions: readonly Mention[];
  readonly idempotencyKey: string;
}

export const MAX_TEXT = 10_000;
const MAX_ATTACHMENTS = 10;
const MAX_KEY = 200;

/** What was written, as it will be kept, or everything that is wrong with it at once. */
export function readContent(input: SendMessageInput): Content | { readonly userErrors: readonly UserError[] } {
  const text = storableText(input.text ?? '').trim();
  const urls = input.attachmentUrls ?? [];
  const idempotencyKey = storableText(input.idempotencyKey);
  const isPrivate = input.isPrivate ?? false;
  const mentions = readMentions(input.mentions ?? []);
  const errors: UserError[] = [];
  function wrong(field: string, message: string): void {
    errors.push(userError('INVALID', message, ['input', field]));
  }

  if (text === '' && urls.length === 0) wrong('text', 'A message needs a text or an attachment.');
  if (text.length > MAX_TEXT) wrong('text', `A text has at most ${MAX_TEXT} characters, this one has ${text.length}.`);
  const attachments = attachmentProblem(urls);
  if (attachments !== undefined) wrong('attachmentUrls', attachments);
  if (idempotencyKey === '' || idempotencyKey.length > MAX_KEY) {
    wrong('idempotencyKey', `A key has 1 to ${MAX_KEY} characters.`);
  }
  if ('wrong' in mentions) wrong('mentions', mentions.wrong);
  else if (mentions.length > 0 && !isPrivate) {
    wrong('mentions', 'Only a note mentions people, for the contact does not know them: send it with `isPrivate`.');
  }
  if (errors.length > 0 || 'wrong' in mentions) return { userErrors: errors };
  return {
    text: text === '' ? null : text,
    attachments: urls.map(attachmentAt),
    replyToId: input.replyToId?.toLowerCase() ?? null,
    isPrivate,
    mentions,
    idempotencyKey,
  };
}

/** What is wrong with files that are given by address; undefined: nothing. */
export function attachmentProblem(urls: readonly string[]): string | undefined {
  if (urls.length > MAX_ATTACHMENTS) return `A message has at most ${MAX_ATTACHMENTS} attachments.`;
  return urls.every(isHttps) ? undefined : 'Attachments are https addresses.';
}

function isHttps(url: string): boolean {
  return URL.parse(url)?.protocol === 'https:';
}

function attachmentAt(address: string): Attachment {
  const url = new URL(address);
  return {
    id: null,
    kind: kindOf(url),
    // As it is understood, so that what is kept holds no character that JSON or a platform would refuse.
    url: url.href,
    platformFileId: null,
    name: null,
    mimeType: null,
    size: null,
    latitude: null,
    longitude: null,
    fileKey: null,
  };
}
