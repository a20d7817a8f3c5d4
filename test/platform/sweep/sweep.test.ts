import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, validate } from 'graphql';
import { Client } from 'pg';
import { v7 } from 'uuid';
import { createSnapshot } from '#router/graph/snapshot.ts';
import { liveAccess } from '#router/operations/access.ts';
import { accessTables } from '#infra/access/tables.ts';
import { supergraphFile } from '#schema/subgraphFiles.ts';
import { eventually } from '#test/stack/eventually.ts';
import {
  demoCompany,
  runPlatform,
  telegramMessage,
  type GraphqlAnswer,
  type RunningPlatform,
} from '../runningPlatform.ts';
import { answeredIn, callsOf, coordinatesOf, type Call } from './operations.ts';
import { details } from './details.ts';
import { unanswered } from './unanswered.ts';
import { idsByKind, idsIn, privateIds, rowsOf, type StoredRow } from './victim.ts';

const SECRET = 'the blue heron lands at dawn';
const CUSTOMER = 'Sasha Vale';
/** Of a document, which everybody of the company may read. */
const DOCUMENT = 'the grey otter sleeps at noon';
/** Ids of each kind that are tried in the place of each id. */
const TRIES = 2;

/** What Acme has none of here: a guessed id is tried in its place. */
const absent = new Set(['ContactMerge']);

const { schema } = createSnapshot(readFileSync(supergraphFile, 'utf8'));
const ofVisitors = new Set(
  [
    ...Object.values(accessTables).flatMap(({ query, mutation }) => [
      ...Object.entries(query),
      ...Object.entries(mutation),
    ]),
    ...Object.entries(liveAccess),
  ].flatMap(([field, permission]) => (permission === 'chat' ? [field] : [])),
);

/** Is kept before anybody looks at what it names, or for who names it alone: the rows say that nothing came of it. */
const keptUnseen = new Set(['markChatRead', 'changeConversations', 'createView']);

/** Somebody who asks for everything, and what they may not see or change. */
interface Attacker {
  readonly token: () => string | undefined;
  /** `all`: whatever is the victim's; `private`: its conversations, and who is in them. */
  readonly hidden: 'all' | 'private';
  /** The code with which a field has to be refused as a whole. */
  readonly refused: (field: string) => string | undefined;
}

const chatOnly = (field: string) => (ofVisitors.has(field) ? 'FORBIDDEN' : undefined);
const allButChat = (field: string) => (ofVisitors.has(field) ? undefined : 'FORBIDDEN');

describe('the whole graph', () => {
  let platform: RunningPlatform;
  let admin: Client;
  let tokens: Record<
    'owner' | 'supervisor' | 'ownVisitor' | 'globex' | 'forgedVisitor' | 'limited' | 'visitor' | 'keyless' | 'narrow',
    string
  >;
  let known: StoredRow[];
  let ids: Map<string, string[]>;
  let hidden: Record<Attacker['hidden'], readonly string[]>;
  const answered = new Set<string>();
  let lastMessage = 1;
  let revision = 100;

  const all = 'all' as const;
  const attackers: Readonly<Record<string, Attacker>> = {
    'an administrator of another company': { token: () => tokens.globex, hidden: all, refused: chatOnly },
    'a visitor who claims the ids of one, for another company': {
      token: () => tokens.forgedVisitor,
      hidden: all,
      refused: allButChat,
    },
    'an agent who is limited to another team': { token: () => tokens.limited, hidden: 'private', refused: chatOnly },
    'another visitor of the same web chat': { token: () => tokens.visitor, hidden: 'private', refused: allButChat },
    'a partner without scopes': { token: () => tokens.keyless, hidden: all, refused: () => 'FORBIDDEN' },
    'a partner with the scope of something else': { token: () => tokens.narrow, hidden: 'private', refused: chatOnly },
    'nobody in particular': { token: () => undefined, hidden: all, refused: () => 'UNAUTHENTICATED' },
  };

  beforeAll(async () => {
    platform = await runPlatform();
    admin = new Client({ connectionString: platform.postgres.url });
    await admin.connect();
    const acme = demoCompany('acme');
    const channelId = acme.webChat?.channelId ?? '';
    const visitorId = v7();
    const visitor = (companyId: string, id = visitorId) =>
      platform.visitorToken({ companyId, channelId, visitorId: id });
    tokens = {
      owner: await platform.tokenOf('acme'),
      supervisor: await platform.tokenOf('acme', 'SUPERVISOR'),
      ownVisitor: await visitor(acme.id),
      globex: await platform.tokenOf('globex'),
      forgedVisitor: await visitor(demoCompany('globex').id),
      limited: await platform.tokenOf('acme', 'AGENT'),
      visitor: await visitor(acme.id, v7()),
      keyless: await platform.partnerToken('acme', []),
      narrow: await platform.partnerToken('acme', ['directory:read']),
    };
    await fillAcme();
    known = await settled();
    ids = idsByKind(known);
    const secrets = [SECRET, CUSTOMER];
    hidden = {
      all: [
        ...idsIn(known),
        ...secrets,
        DOCUMENT,
        acme.name,
        ...acme.agents.flatMap(({ name, email }) => [name, email]),
      ],
      private: [...privateIds(known), ...secrets],
    };
    await answerOwner(({ root }) => root === 'Query');
  }, 120_000);
  afterAll(async () => {
    await admin.end();
    await platform.stop();
  });

  /** A conversation of every way, with what hangs on it, of no team. */
  async function fillAcme(): Promise<void> {
    await platform.postUpdate('acme', telegramMessage(900, 1, SECRET, CUSTOMER));
    await asVisitor(`mutation { sendChatMessage(input: { clientId: "1", text: "${SECRET}" }) { clientId } }`);
    await asOwner(
      `mutation { addDocument(input: { title: "Plans", text: "# Plans\\n\\n${DOCUMENT}." }) { document { id } } }`,
    );
    const conversations = await eventually(async () => {
      const { data } = await asOwner<{
        conversations: { edges: { node: { id: string; contact: { id: string } } }[] };
      }>('{ conversations { edges { node { id contact { id } } } } searchKnowledge(query: "otter") { text } }');
      expect(data.conversations.edges).toHaveLength(2);
      expect(JSON.stringify(data)).toContain(DOCUMENT);
      return data.conversations.edges.map(({ node }) => node);
    });
    const [mia] = demoCompany('acme').agents.filter(({ role }) => role === 'AGENT');
    for (const { id } of conversations) {
      await asOwner(
        `mutation { sendMessage(input: { conversationId: "${id}", text: "${SECRET}", idempotencyKey: "${id}" }) { message { id } } }`,
      );
      await asOwner(`mutation { markRead(input: { conversationId: "${id}" }) { conversation { id } } }`);
    }
    const [first] = conversations;
    if (!first) throw new Error('there is no conversation');
    for (const call of keptBySomebody(first.id, first.contact.id)) {
      const { data, errors } = await asOwner<object>(`mutation { made: ${call} { userErrors { code message } } }`);
      expect({ call, data, errors }).toEqual({ call, data: { made: { userErrors: [] } }, errors: undefined });
    }
    await mentionOwner(first.id);
    await asOwner(
      `mutation { limitAgentToTeams(input: { agentId: "${mia?.id ?? ''}", limited: true }) { agent { id } } }`,
    );
    await settled();
    for (const statement of details(SECRET)) await admin.query(statement, [demoCompany('acme').id]);
  }

  /** What people keep of a company, each with something that nobody else may know. */
  function keptBySomebody(conversationId: string, contactId: string): string[] {
    const { telegram } = demoCompany('acme');
    return [
      `addContactNote(input: { contactId: "${contactId}", text: "${SECRET}" })`,
      'createAttributeDefinition(input: { key: "tier", name: "Tier", type: TEXT })',
      `updateContact(input: { contactId: "${contactId}", attributes: { tier: "gold" } })`,
      `createCannedResponse(input: { shortcode: "heron", content: "${SECRET}" })`,
      `saveDraft(input: { conversationId: "${conversationId}", text: "${SECRET}", revision: 1 })`,
      'createView(input: { name: "Heron", visibility: PRIVATE, filter: { status: [OPEN] } })',
      `setAssignmentPolicy(input: { channelId: "${telegram.channelId}", strategy: ROUND_ROBIN, order: OLDEST_FIRST,
         graceSeconds: 0, isEnabled: false })`,
      `changeConversations(input: { conversationIds: ["${conversationId}"], change: { priority: HIGH }, idempotencyKey: "1" })`,
      `exportContact(input: { contactId: "${contactId}" })`,
    ];
  }

  const ownerId = () => demoCompany('acme').agents.find(({ role }) => role === 'ADMIN')?.id ?? '';

  /** Somebody of the company tells its administrator of a conversation. */
  async function mentionOwner(conversationId: string): Promise<void> {
    const { data } = await platform.ask<object>(
      tokens.supervisor,
      `mutation { sendMessage(input: { conversationId: "${conversationId}", text: "${SECRET}", isPrivate: true,
         mentions: [{ agentId: "${ownerId()}" }], idempotencyKey: "${v7()}" }) { userErrors { code message } } }`,
    );
    expect(data).toEqual({ sendMessage: { userErrors: [] } });
  }

  const asOwner = <T>(query: string) => platform.ask<T>(tokens.owner, query);
  const asVisitor = (query: string) => platform.ask(tokens.ownVisitor, query);
  const rows = () => rowsOf(admin, demoCompany('acme').id);

  /** Keeps which fields have something for whom they belong to. */
  async function answerOwner(which: (call: Call) => boolean): Promise<void> {
    for (const call of calls(which)) {
      const { data } = await platform.ask(ofVisitors.has(call.field) ? tokens.ownVisitor : tokens.owner, call.text);
      answeredIn(data, answered);
    }
  }

  /** What was sent has come to where it goes: nothing changes any more by itself. */
  async function settled(): Promise<StoredRow[]> {
    let before = await rows();
    return eventually(async () => {
      const now = await rows();
      const same = JSON.stringify(now) === JSON.stringify(before);
      before = now;
      if (!same) throw new Error('something still changes');
      return now;
    }, 30_000);
  }

  function idOf(attempt: number, guessed: boolean): (kind: string) => string {
    return (kind) => {
      const all = ids.get(kind) ?? [];
      if (guessed || absent.has(kind)) return v7();
      if (all.length === 0) {
        throw new Error(
          `Acme has no ${kind} whose id could be tried: give it one, or say in values.ts what the id is of`,
        );
      }
      return all[attempt % all.length] ?? '';
    };
  }

  function calls(root: (call: Call) => boolean, guessed = false): Call[] {
    const texts = new Map<string, Call>();
    for (let attempt = 0; attempt < TRIES; attempt++) {
      for (const call of callsOf(schema, idOf(attempt, guessed))) if (root(call)) texts.set(call.text, call);
    }
    return [...texts.values()];
  }
  const isAsked = ({ root }: Call) => root !== 'Subscription';

  /** What an answer tells that the caller may not know. Ids that a call names may be named back. */
  function leaks({ text }: Call, answer: unknown, what: Attacker['hidden']): string[] {
    const told = JSON.stringify(answer);
    return hidden[what].filter((secret) => told.includes(secret) && !text.includes(secret));
  }

  /** Whether a mutation that names something which the caller may not see says that it was done. */
  function succeeds({ root, field, text }: Call, { data, errors }: GraphqlAnswer<unknown>, what: Attacker['hidden']) {
    if (
      root !== 'Mutation' ||
      keptUnseen.has(field) ||
      errors ||
      !hidden[what].some((secret) => text.includes(secret))
    ) {
      return false;
    }
    const payload = (data as Record<string, { readonly userErrors: readonly object[] } | null> | null)?.[field];
    return payload != null && payload.userErrors.length === 0;
  }

  /** What of Acme's may not change. */
  function protectedRows(all: readonly StoredRow[], what: Attacker['hidden']): string[] {
    const own = new Set(hidden.private);
    const of = all.filter(({ table, row }) => {
      // Says when something happened last, some time after it did.
      if (table === 'channels.channel_health') return false;
      // What somebody wanted to change, whether they may or not.
      if (what === 'private' && table === 'conversations.bulk_job_items') return false;
      return what === 'all' || Object.values(row).some((value) => typeof value === 'string' && own.has(value));
    });
    return of.map(({ table, text }) => `${table} ${text}`);
  }

  describe.each(Object.entries(attackers))('%s', (_name, { token, hidden: what, refused }) => {
    it.each([
      ['with the ids of what is there', false],
      ['with ids that are guessed', true],
    ])(
      'learns and changes nothing by any query or mutation, %s',
      async (_what, guessed) => {
        const before = protectedRows(await rows(), what);
        const found: object[] = [];
        for (const call of calls(isAsked, guessed)) {
          const answer = await platform.ask(token(), call.text);
          const told = leaks(call, answer, what);
          if (told.length > 0) found.push({ field: call.field, told, answer });
          if (succeeds(call, answer, what)) found.push({ call, answer });
          const code = refused(call.field);
          if (code !== undefined && answer.errors?.[0]?.extensions?.code !== code) found.push({ call, answer });
        }
        expect(found).toEqual([]);
        expect(protectedRows(await settled(), what)).toEqual(before);
      },
      120_000,
    );
  });

  it('tells nothing live to whom it does not belong, and everything to whom it does', async () => {
    const subscriptions = calls(({ root }) => root === 'Subscription');
    const owners = subscriptions.map((call) => ({
      call,
      live: platform.subscribe<object>(ofVisitors.has(call.field) ? tokens.ownVisitor : tokens.owner, call.text),
    }));
    const others = Object.entries(attackers).flatMap(([name, { token, hidden: what }]) => {
      const held = token();
      return held === undefined
        ? []
        : subscriptions.map((call) => ({ name, call, what, live: platform.subscribe<object>(held, call.text) }));
    });
    await Promise.all([...owners, ...others].map(({ live }) => live.connected));
    const heard = new Set<string>();
    await eventually(async () => {
      await happens();
      for (const { call, live } of owners) if (live.received.length > 0) heard.add(call.field);
      expect([...heard].toSorted()).toEqual([...new Set(subscriptions.map(({ field }) => field))].toSorted());
    }, 30_000);
    // By now the same router has delivered the events to whom they belong.
    const found = others.flatMap(({ name, call, what, live }) => {
      const told = leaks(call, [live.received, live.failures], what);
      return told.length === 0 ? [] : [{ name, field: call.field, told }];
    });
    expect(found).toEqual([]);
    for (const { live } of owners) answeredIn(live.received, answered);
    for (const { live } of [...owners, ...others]) live.end();
  }, 60_000);

  /** Something of every kind that somebody could hear, in each of Acme's conversations. */
  async function happens(): Promise<void> {
    lastMessage += 1;
    await platform.postUpdate('acme', telegramMessage(900, lastMessage, SECRET, CUSTOMER));
    await asOwner('mutation { heartbeat(input: { deviceId: "desk", state: ONLINE }) { presence } }');
    for (const id of ids.get('Contact') ?? []) {
      await asOwner(`mutation { addContactNote(input: { contactId: "${id}", text: "${SECRET}" }) { note { id } } }`);
    }
    await asVisitor(`mutation { sendChatMessage(input: { clientId: "${v7()}", text: "${SECRET}" }) { clientId } }`);
    revision += 1;
    for (const id of ids.get('Conversation') ?? []) {
      await mentionOwner(id);
      await asOwner(
        `mutation {
           saveDraft(input: { conversationId: "${id}", text: "${SECRET}", revision: ${String(revision)} }) { revision }
           changeConversations(input: { conversationIds: ["${id}"], change: { priority: ${revision % 2 === 0 ? 'LOW' : 'HIGH'} },
             idempotencyKey: "${v7()}" }) { job { id } }
         }`,
      );
      for (const is of [true, false]) {
        await asOwner(
          `mutation { viewConversation(input: { conversationId: "${id}", deviceId: "desk", isViewing: ${String(is)} }) { userErrors { code } }
             setAway(input: { isAway: ${String(is)} }) { presence } }`,
        );
        await asOwner(
          `mutation { setTyping(input: { conversationId: "${id}", isTyping: ${String(is)} }) { userErrors { code } } }`,
        );
      }
    }
  }

  it('answers every field that it has to whom it belongs, so that each was really tried', async () => {
    await answerOwner(({ root, field }) => root === 'Mutation' && !takesAway(field));
    await answerOwner(({ root, field }) => root === 'Mutation' && takesAway(field));
    const missing = coordinatesOf(schema).filter((field) => !isRootField(field) && !answered.has(field));
    expect(missing.filter((field) => !(field in unanswered))).toEqual([]);
    // An exception that is none any more goes.
    expect(Object.keys(unanswered).filter((field) => !missing.includes(field))).toEqual([]);
  }, 120_000);

  it('asks nothing that the graph does not understand', () => {
    const invalid = calls(() => true).flatMap(({ text }) =>
      validate(schema, parse(text)).map(({ message }) => message),
    );
    expect(new Set(invalid)).toEqual(new Set());
  });

  it('has each root field called', () => {
    const called = new Set(calls(() => true).map(({ root, field }) => `${root}.${field}`));
    expect(coordinatesOf(schema).filter((field) => isRootField(field) && !called.has(field))).toEqual([]);
  });
});

/** Afterwards there is nothing left to do the others to. */
function takesAway(field: string): boolean {
  return /^(remove|delete|erase)/.test(field);
}

function isRootField(coordinate: string): boolean {
  return /^(Query|Mutation|Subscription)\./.test(coordinate);
}
