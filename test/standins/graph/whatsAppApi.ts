import { z } from 'zod';
import type { WhatsAppAccount } from './accounts.ts';
import { badParameter, failed, success, type Answer } from './answers.ts';
import { messageId } from './messagingApi.ts';
import type { SentMessage } from './sentMessages.ts';
import { windowAt } from './windows.ts';
import type { GraphWorld } from './world.ts';

const link = z.url({ protocol: /^https?$/ });
const captioned = z.object({ link, caption: z.string().optional(), filename: z.string().optional() });
const envelope = z.object({
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.enum(['individual', 'group']).default('individual'),
  to: z.string().optional(),
  recipient: z
    .string()
    .regex(/^[A-Z]{2}\.[\w.]{1,128}$/)
    .optional(),
  biz_opaque_callback_data: z.string().max(512).optional(),
  context: z.object({ message_id: z.string().min(1) }).optional(),
});
const message = z.discriminatedUnion('type', [
  envelope.extend({ type: z.literal('text'), text: z.object({ body: z.string() }) }),
  envelope.extend({ type: z.literal('image'), image: captioned.omit({ filename: true }).strict() }),
  envelope.extend({ type: z.literal('video'), video: captioned.omit({ filename: true }).strict() }),
  envelope.extend({ type: z.literal('document'), document: captioned.strict() }),
  envelope.extend({ type: z.literal('audio'), audio: z.strictObject({ link }) }),
  envelope.extend({ type: z.literal('sticker'), sticker: z.strictObject({ link }) }),
]);
const read = z.object({
  messaging_product: z.literal('whatsapp'),
  status: z.literal('read'),
  message_id: z.string().startsWith('wamid.'),
  typing_indicator: z.object({ type: z.literal('text') }).optional(),
});

/** `POST /{phone number id}/messages`. https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages */
export function sendWhatsAppMessage(account: WhatsAppAccount, body: unknown, world: GraphWorld): Answer {
  const reading = read.safeParse(body);
  if (reading.success) {
    const { message_id: to, typing_indicator: typing } = reading.data;
    world.onSignal({ accountId: account.id, to, action: typing ? 'read_and_typing' : 'read' });
    return success({ success: true });
  }
  const parsed = message.safeParse(body);
  if (!parsed.success) return badParameter(`Invalid parameter: ${z.prettifyError(parsed.error)}`);
  const to = recipientOf(parsed.data);
  if (to === undefined) return badParameter('The parameter to is required, and has to be a number or a group.');
  const sent = sentMessage(account, to, parsed.data);
  const problem = lengthProblem(sent) ?? windowProblem(account.id, to, world) ?? paceProblem(account.id, to, world);
  if (problem) return problem;
  world.onSent(sent);
  world.tellOf(sent);
  return success({
    messaging_product: 'whatsapp',
    contacts: [{ input: to, ...(parsed.data.to === undefined ? { user_id: to } : { wa_id: to }) }],
    messages: [{ id: sent.id }],
  });
}

/** Undefined when nobody is named in the form that belongs to the type. */
function recipientOf({ recipient_type: type, to, recipient }: z.output<typeof message>): string | undefined {
  if (to === undefined) return type === 'individual' ? recipient : undefined;
  return (type === 'group' ? /^[\w+/=-]{20,200}$/ : /^\d{5,20}$/).test(to) ? to : undefined;
}

function sentMessage(account: WhatsAppAccount, to: string, data: z.output<typeof message>): SentMessage {
  return {
    platform: 'WHATSAPP',
    accountId: account.id,
    to,
    id: messageId('WHATSAPP'),
    type: data.type,
    ...contentOf(data),
    replyTo: data.context?.message_id ?? null,
    tag: null,
    reference: data.biz_opaque_callback_data ?? null,
    at: new Date().toISOString(),
  };
}

function contentOf(data: z.output<typeof message>): { readonly text: string | null; readonly url: string | null } {
  switch (data.type) {
    case 'text':
      return { text: data.text.body, url: null };
    case 'image':
      return { text: data.image.caption ?? null, url: data.image.link };
    case 'video':
      return { text: data.video.caption ?? null, url: data.video.link };
    case 'document':
      return { text: data.document.caption ?? null, url: data.document.link };
    case 'audio':
      return { text: null, url: data.audio.link };
    case 'sticker':
      return { text: null, url: data.sticker.link };
  }
}

function lengthProblem({ type, text }: SentMessage): Answer | undefined {
  const [param, limit] = type === 'text' ? ["text['body']", 4_096] : [`${type}['caption']`, 1_024];
  if (type === 'text' && text === '') return badParameter(`The parameter ${param} is required and must be non-empty.`);
  return (text?.length ?? 0) <= limit
    ? undefined
    : badParameter(`Param ${param} must be at most ${limit} characters long.`);
}

function windowProblem(accountId: string, to: string, { people }: GraphWorld): Answer | undefined {
  const person = people.find(accountId, to);
  if (person?.lastInboundAt !== null && windowAt(person?.lastInboundAt) === 'STANDARD') return undefined;
  return failed(400, {
    message: '(#131047) Re-engagement message',
    code: 131047,
    details:
      'Message failed to send because more than 24 hours have passed since the customer last replied to this number.',
  });
}

function paceProblem(accountId: string, to: string, { counters, limits }: GraphWorld): Answer | undefined {
  if (!counters.takeInSecond(accountId, limits.whatsAppPerSecond)) {
    const details = 'Message failed to send because there were too many messages sent from this phone number.';
    return failed(429, { message: '(#130429) Rate limit hit', code: 130429, details });
  }
  if (!counters.takeOfStore(`${accountId}:${to}`, limits.pairBurst, limits.pairIntervalMs)) {
    const details =
      'Message failed to send because there were too many messages sent from this phone number to the same phone number.';
    return failed(400, { message: '(#131056) Pair rate limit hit', code: 131056, details });
  }
  return undefined;
}
