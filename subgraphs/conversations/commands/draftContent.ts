import { userError, type UserError } from '#platform/graphql/errors.ts';
import { storableText } from '#platform/postgres/storableText.ts';
import { isId } from '../ids.ts';
import type { DraftContent, DraftKind } from '../rows.ts';
import type { Refusal } from './asAgent.ts';
import { readMentions, type MentionInput } from './mentions.ts';
import { attachmentProblem, MAX_TEXT } from './messageContent.ts';

export interface SaveDraftInput {
  readonly conversationId: string;
  readonly kind?: DraftKind | null | undefined;
  readonly text?: string | null | undefined;
  readonly attachmentUrls?: readonly string[] | null | undefined;
  readonly replyToId?: string | null | undefined;
  readonly mentions?: readonly MentionInput[] | null | undefined;
  readonly revision: number;
}

/**
 * What was typed so far, as it will be kept; null: nothing. Or everything that is wrong with it at once. Whether it can be sent
 * is the question of the send.
 */
export function readDraft(input: SaveDraftInput): { readonly content: DraftContent | null } | Refusal {
  const text = storableText(input.text ?? '');
  const attachmentUrls = input.attachmentUrls ?? [];
  const replyToId = input.replyToId ?? null;
  const mentions = readMentions(input.mentions ?? []);
  const errors: UserError[] = [];
  function wrong(field: string, message: string | undefined): void {
    if (message !== undefined) errors.push(userError('INVALID', message, ['input', field]));
  }

  if (text.length > MAX_TEXT) wrong('text', `A text has at most ${MAX_TEXT} characters, this one has ${text.length}.`);
  wrong('attachmentUrls', attachmentProblem(attachmentUrls));
  if (replyToId !== null && !isId(replyToId)) wrong('replyToId', 'This is no id of a message.');
  if ('wrong' in mentions) wrong('mentions', mentions.wrong);
  else if (mentions.length > 0 && input.kind !== 'NOTE') wrong('mentions', 'Only a note mentions people.');
  if (input.revision < 1) wrong('revision', 'Revisions count from 1.');
  if (errors.length > 0 || 'wrong' in mentions) return { userErrors: errors };

  const isEmpty = text.trim() === '' && attachmentUrls.length === 0 && replyToId === null && mentions.length === 0;
  return { content: isEmpty ? null : { text, attachmentUrls, replyToId, mentions } };
}
