import { userError } from '#platform/graphql/errors.ts';
import type { VisitorIdentity } from '#platform/identity/identity.ts';
import { storableText } from '#platform/postgres/storableText.ts';
import { kindOf } from '../attachments/fileKind.ts';
import { isUuid } from '../isUuid.ts';
import type { WebChatEvent } from '../platforms/webchat/event.ts';
import { filesOfChannel } from '../queries/filesOfChannel.ts';
import { visitorAtChannel } from '../queries/visitorAtChannel.ts';
import { visitorOf, type Refusal, type VisitorRequest } from './asVisitor.ts';

export interface ChatMessageInput {
  readonly clientId: string;
  readonly text?: string | null | undefined;
  readonly fileIds?: readonly string[] | null | undefined;
}

type Files = (WebChatEvent & { kind: 'message' })['files'];

const MAX_TEXT = 4_000;
const MAX_FILES = 5;

/**
 * A visitor writes. What they wrote is kept before this answers, as a platform's webhook would be, and becomes a message a
 * moment later; the same client id becomes one message, however often it is sent.
 *
 * @throws GraphQLError `FORBIDDEN`, and `UNAVAILABLE` when it could not be kept.
 */
export async function sendChatMessage(
  request: VisitorRequest,
  input: ChatMessageInput,
): Promise<{ readonly clientId: string } | Refusal> {
  const visitor = visitorOf(request);
  const text = storableText(input.text ?? '').trim();
  const fileIds = [...new Set((input.fileIds ?? []).map((id) => id.toLowerCase()))];
  const { clientId } = input;
  if (!/^[\w.-]{1,100}$/.test(clientId)) return refuse('clientId', 'It has 1 to 100 letters, digits, dots, - and _.');
  if (text === '' && fileIds.length === 0) return refuse('text', 'A message needs a text or a file.');
  if (text.length > MAX_TEXT) return refuse('text', `A text has at most ${MAX_TEXT} characters.`);
  if (fileIds.length > MAX_FILES) return refuse('fileIds', `A message has at most ${MAX_FILES} files.`);

  const at = await request.read((sql) => visitorAtChannel(sql, visitor));
  if (!at || at.status === 'REMOVED') {
    return { userErrors: [userError('CHANNEL_REMOVED', 'This web chat is closed.')] };
  }
  const files = await findFiles(request, visitor, fileIds);
  if (!files) return refuse('fileIds', 'There is no such file: send it again.', 'NOT_FOUND');
  await request.keep(visitor, {
    kind: 'message',
    visitorId: visitor.visitorId,
    clientId,
    name: at.visitorName,
    text: text || null,
    files,
    at: new Date().toISOString(),
  });
  return { clientId };
}

/** In the order in which they were named; undefined unless all of them are there. */
async function findFiles(
  { read }: VisitorRequest,
  visitor: VisitorIdentity,
  ids: readonly string[],
): Promise<Files | undefined> {
  if (ids.length === 0) return [];
  if (!ids.every(isUuid)) return undefined;
  const rows = new Map((await read((sql) => filesOfChannel(sql, visitor, ids))).map((row) => [row.id, row]));
  const files = ids.flatMap((id) => rows.get(id) ?? []);
  if (files.length < ids.length) return undefined;
  const { companyId } = visitor;
  return files.map((file) => ({ ...file, fileKey: `${companyId}/${file.id}`, kind: kindOf(file.mimeType, null) }));
}

function refuse(field: keyof ChatMessageInput, message: string, code = 'INVALID'): Refusal {
  return { userErrors: [userError(code, message, ['input', field])] };
}
