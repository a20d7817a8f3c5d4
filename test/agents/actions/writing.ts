import type { Action, Desk, Outcome, Row } from '../desk.ts';
import { withOne } from '../desk.ts';

/** Of sends: those that a weak connection makes twice. */
const TWICE = 0.1;
const MENTIONS = 0.3;
const DRAFTS_FIRST = 0.2;

const sendMessage = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id } userErrors { code } }
}`;

interface Answer {
  readonly sendMessage: {
    readonly message: { readonly id: string } | null;
    readonly userErrors: readonly { readonly code: string }[];
  };
}

async function send(desk: Desk, input: object): Promise<Outcome> {
  const { random, log, me, ask } = desk;
  const key = `${me.id} ${String(log.sent.length)} ${String(random.next())}`;
  const times = random.happens(TWICE) ? 2 : 1;
  const sending = Array.from({ length: times }, () =>
    ask<Answer>(sendMessage, { input: { ...input, idempotencyKey: key } }),
  );
  const answers = await Promise.all(sending);
  const messageIds = answers.flatMap(({ sendMessage: { message } }) => message?.id ?? []);
  if (messageIds.length > 0) log.send({ key, messageIds });
  return answers[0]?.sendMessage.userErrors[0]?.code;
}

async function reply(desk: Desk, { id: conversationId }: Row): Promise<Outcome> {
  const { random, ask } = desk;
  const text = `Answer ${String(random.below(1_000_000))}`;
  if (random.happens(DRAFTS_FIRST)) {
    const save = 'mutation ($input: SaveDraftInput!) { saveDraft(input: $input) { revision userErrors { code } } }';
    await ask(save, { input: { conversationId, text: text.slice(0, 6), revision: random.below(1_000) } });
  }
  return send(desk, { conversationId, text });
}

async function note(desk: Desk, { id: conversationId }: Row): Promise<Outcome> {
  const { random, company } = desk;
  const agentId = random.pick(company.colleagues)?.id;
  const mentions = random.happens(MENTIONS)
    ? [random.happens(0.5) ? { agentId } : { teamId: random.pick(company.teamIds) }]
    : [];
  return send(desk, { conversationId, text: `Note ${String(random.below(1_000_000))}`, isPrivate: true, mentions });
}

export const writing: readonly Action[] = [
  { name: 'reply', weight: 16, run: withOne(reply) },
  { name: 'note', weight: 5, run: withOne(note) },
];
