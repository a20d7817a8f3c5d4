import { change, withOne, NOTHING, type Action, type Desk, type Outcome, type Row } from '../desk.ts';

/** Of snoozes: those until a time, which comes while the others still work. */
const UNTIL = 0.6;
const SNOOZE_MS = 4_000;
/** Of changes: those that are refused when somebody else was faster. */
const CAREFUL = 0.3;
const MOST_AT_ONCE = 20;

const priorities = ['LOW', 'NORMAL', 'HIGH', 'URGENT'] as const;

/** One of the changes that take a conversation and nothing else. */
function simply(name: string, weight: number, mutation: string): Action {
  return { name, weight, run: withOne((desk, row) => change(desk, mutation, seen(desk, row))) };
}

/** The conversation, and sometimes only if it is still as it was seen. */
function seen({ random }: Desk, { id: conversationId, version }: Row): object {
  return random.happens(CAREFUL) ? { conversationId, expectedVersion: version } : { conversationId };
}

function snooze(desk: Desk, row: Row): Promise<Outcome> {
  const { random } = desk;
  const until = random.happens(UNTIL) ? new Date(Date.now() + 200 + random.below(SNOOZE_MS)).toISOString() : null;
  return change(desk, 'snoozeConversation', { ...seen(desk, row), until });
}

function assign(what: (desk: Desk) => object): Action['run'] {
  return withOne((desk, row) => change(desk, 'assign', { ...seen(desk, row), ...what(desk) }));
}

function label(mutation: string): Action['run'] {
  return withOne(async (desk, row) => {
    const labelId = desk.random.pick(desk.company.labelIds);
    return change(desk, mutation, { ...seen(desk, row), labelIds: [labelId] }, 'LabelConversationInput');
  });
}

async function many(desk: Desk): Promise<Outcome> {
  const { random, rows, company } = desk;
  if (rows.length === 0) return NOTHING;
  const from = random.below(rows.length);
  const conversationIds = rows.slice(from, from + 1 + random.below(MOST_AT_ONCE)).map(({ id }) => id);
  const changes = [
    { priority: random.pick(priorities) },
    { status: 'RESOLVED' },
    { agentId: random.pick(company.colleagues)?.id, addLabelIds: [random.pick(company.labelIds)] },
    { teamId: random.pick(company.teamIds), agentId: null },
  ];
  const idempotencyKey = `${desk.me.id} ${String(random.next())}`;
  return change(desk, 'changeConversations', { conversationIds, change: random.pick(changes), idempotencyKey });
}

export const changing: readonly Action[] = [
  simply('resolve', 6, 'resolveConversation'),
  simply('reopen', 4, 'reopenConversation'),
  simply('open', 2, 'openConversation'),
  { name: 'snooze', weight: 4, run: withOne(snooze) },
  simply('hand to the bot', 1, 'handToBot'),
  simply('take from the bot', 1, 'takeFromBot'),
  { name: 'take', weight: 3, run: assign(({ me }) => ({ agentId: me.id })) },
  {
    name: 'assign to an agent',
    weight: 3,
    run: assign(({ random, company }) => ({ agentId: random.pick(company.colleagues)?.id })),
  },
  {
    name: 'assign to a team',
    weight: 4,
    run: assign(({ random, company }) => ({ teamId: random.pick(company.teamIds), agentId: null })),
  },
  { name: 'unassign', weight: 3, run: assign(() => ({ agentId: null })) },
  { name: 'label', weight: 4, run: label('labelConversation') },
  { name: 'unlabel', weight: 2, run: label('unlabelConversation') },
  {
    name: 'set the priority',
    weight: 3,
    run: withOne((desk, row) =>
      change(desk, 'setPriority', { ...seen(desk, row), priority: desk.random.pick(priorities) }),
    ),
  },
  { name: 'change many', weight: 1, run: many },
];
