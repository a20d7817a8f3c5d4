import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { GraphAccount, InstagramAccount, PageAccount } from './accounts.ts';
import { badParameter, failed, success, type Answer } from './answers.ts';
import type { People } from './people.ts';
import type { SentMessage } from './sentMessages.ts';
import { windowAt } from './windows.ts';
import type { GraphWorld } from './world.ts';

/** Where the messages of an account are: Messenger, or Instagram behind a page's token or its own. */
interface Mailbox {
  readonly platform: 'MESSENGER' | 'INSTAGRAM';
  readonly accountId: string;
  readonly humanAgent: boolean;
}

const attachmentTypes = ['image', 'video', 'audio', 'file'] as const;
const input = z.object({
  recipient: z.object({ id: z.string().regex(/^\d{1,20}$/) }),
  messaging_type: z.enum(['RESPONSE', 'UPDATE', 'MESSAGE_TAG']).optional(),
  tag: z.string().optional(),
  sender_action: z.enum(['typing_on', 'typing_off', 'mark_seen']).optional(),
  reply_to: z.object({ mid: z.string().min(1) }).optional(),
  message: z
    .object({
      text: z.string().optional(),
      attachment: z
        .object({
          type: z.enum(attachmentTypes),
          payload: z.object({ url: z.url({ protocol: /^https?$/ }), is_reusable: z.boolean().optional() }),
        })
        .optional(),
      metadata: z.string().max(1_000).optional(),
    })
    .optional(),
});
type Input = z.output<typeof input>;
type Message = NonNullable<Input['message']>;

/** Whose messages a page's token means depends on who is written to: a person has another id on Instagram. */
function mailboxOf(account: PageAccount | InstagramAccount, recipientId: string, people: People): Mailbox {
  const humanAgent = account.humanAgent ?? false;
  if (account.kind === 'instagram') return { platform: 'INSTAGRAM', accountId: account.id, humanAgent };
  const { instagram } = account;
  return instagram && people.find(instagram.id, recipientId)
    ? { platform: 'INSTAGRAM', accountId: instagram.id, humanAgent }
    : { platform: 'MESSENGER', accountId: account.id, humanAgent };
}

/** `POST /{page}/messages`. https://developers.facebook.com/docs/messenger-platform/reference/send-api */
export function sendMessage(
  account: Exclude<GraphAccount, { kind: 'whatsapp' }>,
  body: unknown,
  world: GraphWorld,
): Answer {
  const parsed = input.safeParse(body);
  if (!parsed.success) return badParameter(`Invalid parameter: ${z.prettifyError(parsed.error)}`);
  const { recipient, sender_action: action, message } = parsed.data;
  const mailbox = mailboxOf(account, recipient.id, world.people);
  if (action && message) return badParameter('Cannot send both message and state at the same time.', 2018005);
  if (action) {
    world.onSignal({ accountId: mailbox.accountId, to: recipient.id, action });
    return success({ recipient_id: recipient.id });
  }
  if (!message) return badParameter('Message cannot be empty, must provide valid attachment or text');
  const problem =
    lengthProblem(mailbox, message) ??
    fileProblem(mailbox, message) ??
    windowProblem(mailbox, parsed.data, world.people);
  if (problem) return problem;
  const tooFast = paceProblem(mailbox, message, world);
  if (tooFast) return tooFast;
  const sent = sentMessage(mailbox, parsed.data, message);
  world.onSent(sent);
  world.tellOf(sent);
  return success({ recipient_id: recipient.id, message_id: sent.id });
}

function lengthProblem({ platform }: Mailbox, { text, attachment, metadata }: Message): Answer | undefined {
  if ((text === undefined) === (attachment === undefined)) {
    return badParameter(
      text === undefined
        ? 'Message cannot be empty, must provide valid attachment or text'
        : 'Cannot send both text and attachment in the same message',
    );
  }
  if (text?.trim() === '') return badParameter('Message cannot be empty, must provide valid attachment or text');
  if (platform === 'INSTAGRAM' && metadata !== undefined) return badParameter('Invalid keys "metadata" in message');
  const [length, limit] =
    platform === 'INSTAGRAM' ? [Buffer.byteLength(text ?? ''), 1_000] : [text?.length ?? 0, 2_000];
  return length <= limit
    ? undefined
    : badParameter(`Length of param message[text] must be less than or equal to ${limit}`);
}

/** By the end of the address, as far as it says something. https://developers.facebook.com/docs/messenger-platform/error-codes */
function fileProblem({ platform }: Mailbox, { attachment }: Message): Answer | undefined {
  const [, extension] = /\.(\w{2,4})$/.exec(new URL(attachment?.payload.url ?? 'https://none').pathname) ?? [];
  const type = attachment?.type;
  const taken =
    extension === undefined ||
    (type === 'image' && /^(png|jpe?g|gif)$/i.test(extension)) ||
    (type === 'file' && (platform === 'MESSENGER' || /^pdf$/i.test(extension))) ||
    type === 'audio' ||
    type === 'video';
  return taken ? undefined : badParameter('Upload attachment failure: media format is not supported.', 2018047);
}

function windowProblem(mailbox: Mailbox, { recipient, messaging_type: type, tag }: Input, people: People) {
  const { platform, accountId, humanAgent } = mailbox;
  if (type === 'MESSAGE_TAG' && tag !== 'HUMAN_AGENT') return badParameter('Param tag must be HUMAN_AGENT');
  if (tag !== undefined && !humanAgent) {
    const message = '(#10) Application does not have permission to use the Human Agent tag';
    return failed(403, { message, code: 10 });
  }
  const person = people.find(accountId, recipient.id);
  if (person?.lastInboundAt === null) return badParameter('No matching user found', 2018001);
  const window = windowAt(person?.lastInboundAt);
  if (window === 'STANDARD' || (window === 'HUMAN_AGENT' && tag !== undefined)) return undefined;
  const subcode = platform === 'INSTAGRAM' ? 2534022 : 2018278;
  return failed(403, { message: '(#10) This message is sent outside of allowed window.', code: 10, subcode });
}

function paceProblem({ accountId }: Mailbox, { attachment }: Message, { counters, limits }: GraphWorld) {
  const isMedia = attachment?.type === 'audio' || attachment?.type === 'video';
  if (!isMedia) {
    if (counters.takeInSecond(accountId, limits.messagesPerSecond)) return undefined;
    return failed(400, { message: '(#613) Calls to this api have exceeded the rate limit.', code: 613 });
  }
  if (counters.takeInSecond(`${accountId}:media`, limits.mediaPerSecond)) return undefined;
  const message = '(#80006) There have been too many calls to this Page account. Wait a bit and try again.';
  const usage = {
    type: 'messenger',
    call_count: 100,
    total_time: 1,
    total_cputime: 1,
    estimated_time_to_regain_access: 1,
  };
  const headers = { 'x-business-use-case-usage': JSON.stringify({ [accountId]: [usage] }) };
  return { ...failed(400, { message, code: 80006 }), headers };
}

function sentMessage({ platform, accountId }: Mailbox, { recipient, tag, reply_to: reply }: Input, message: Message) {
  const { text, attachment, metadata } = message;
  return {
    platform,
    accountId,
    to: recipient.id,
    id: messageId(platform),
    type: attachment?.type ?? 'text',
    text: text ?? null,
    url: attachment?.payload.url ?? null,
    replyTo: reply?.mid ?? null,
    tag: tag ?? null,
    reference: metadata ?? null,
    at: new Date().toISOString(),
  };
}

export function messageId(platform: SentMessage['platform']): string {
  const unique = randomBytes(33);
  if (platform === 'WHATSAPP') return `wamid.${unique.toString('base64')}`;
  return platform === 'INSTAGRAM' ? `aWdfZAG${unique.toString('base64url')}` : `m_${unique.toString('base64url')}`;
}
