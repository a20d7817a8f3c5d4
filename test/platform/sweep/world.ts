import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type Msg, type MsgCallback } from '@nats-io/transport-node';
import { expect } from '@jest/globals';
import { Client } from 'pg';
import { v7 } from 'uuid';
import { z } from 'zod';
import { eventually } from '#test/stack/eventually.ts';
import { demoCompany, runPlatform, telegramMessage, type RunningPlatform } from '../runningPlatform.ts';
import { isResumed, variablesOf, type Answer, type Asked, type Cursors } from './asking.ts';
import { isOfVisitors, limitedAgent, otherVisitor, visitor, type Attacker } from './attackers.ts';
import { belongingsOf, type Belongings } from './belongings.ts';
import { fillCompany, type Filling } from './company.ts';
import { seenByOthers, words, wordsOf } from './words.ts';
import { graphCalls, type Call } from './operations.ts';
import { storedRows, underWay, type StoredRow } from './store.ts';

/** That nobody of Acme’s but supervisors and administrators is in. */
const TEAM = 'Returns';

/** Two companies that have something of everything, and what one may ask about them. */
export interface World {
  readonly platform: RunningPlatform;
  readonly filling: Filling;
  /** What Acme has that others must not see. */
  readonly acme: Belongings;
  readonly globex: Belongings;
  /** Where Acme's lists begin and end. */
  readonly cursors: Cursors;
  /** What Acme's owners are answered now by every query. */
  readonly look: () => Promise<Look>;
  /** What somebody of Acme's is answered now by the same. */
  readonly lookAs: (token: string) => Promise<Look>;
  /** An id of what an attacker has themselves; guessed, where they have none of the kind. */
  ownIdOf(attacker: Attacker, kind: string): string;
  /** Every event and every signal so far, as it went over NATS. */
  readonly said: readonly string[];
  /** All rows of all companies, when nothing changes any more by itself. */
  readonly settled: () => Promise<StoredRow[]>;
  /** The token of whom a root field of Acme's is for. */
  readonly ownerOf: (call: Pick<Call, 'root' | 'field'>) => string;
  close(): Promise<void>;
}

/** @param beforeAcme What is done while the other company is the only one that has anything. */
export async function openWorld(beforeAcme: (platform: RunningPlatform) => Promise<void>): Promise<World> {
  const platform = await runPlatform();
  const admin = new Client({ connectionString: platform.postgres.url });
  await admin.connect();
  const listening = await listen(platform);
  const settled = async () => settledRows(admin, listening);
  const acme = demoCompany('acme');
  const globex = demoCompany('globex');

  const other: Filling = { platform, admin, settled, slug: 'globex', words: words.globex, team: 'Bookings' };
  await fillCompany(other);
  const globexHas = belongingsOf(await counted(other), globex.id, wordsOf('globex'));
  await beforeAcme(platform);

  const [owner, visitorToken] = await Promise.all([platform.tokenOf('acme'), platform.sign(visitor)]);
  const filling: Filling = {
    platform,
    admin,
    settled,
    slug: 'acme',
    words: words.acme,
    team: TEAM,
    visitor: visitorToken,
  };
  await fillCompany(filling);
  const acmeHas = belongingsOf(await counted(filling), acme.id, wordsOf('acme'));
  await showOthers(filling);
  const has = new Set([...acmeHas.ids.values()].flat());
  const later = (await counted(filling)).filter(({ row }) => typeof row['id'] === 'string' && !has.has(row['id']));
  const seen = belongingsOf(later, acme.id, {});
  const ownerOf = ({ root, field }: Pick<Call, 'root' | 'field'>) => (isOfVisitors(root, field) ? visitorToken : owner);
  const look = async () => lookAt(platform, acmeHas, ownerOf);
  const lookAs = async (token: string) =>
    lookAt(platform, acmeHas, (call) => (isOfVisitors(call.root, call.field) ? visitorToken : token));

  return {
    platform,
    filling,
    acme: acmeHas,
    globex: globexHas,
    cursors: cursorsIn(await look()),
    look,
    lookAs,
    ownIdOf({ identity, hidden }, kind) {
      if (identity?.companyId !== acme.id) return globexHas.ids.get(kind)?.[0] ?? v7();
      const area = acmeHas.areaOfKind.get(kind);
      const shared = area !== undefined && !hidden.includes(area) ? acmeHas : undefined;
      return seen.ids.get(kind)?.[0] ?? shared?.ids.get(kind)?.[0] ?? v7();
    },
    said: listening.said,
    settled,
    ownerOf,
    async close() {
      await listening.close();
      await admin.end();
      await platform.stop();
    },
  };
}

/** What was asked, in each of the ways in which it was asked, and answered. */
export type Look = readonly (Asked & { readonly answer: Answer })[];

async function lookAt(platform: RunningPlatform, acme: Belongings, ownerOf: (call: Call) => string): Promise<Look> {
  const look: (Asked & { answer: Answer })[] = [];
  for (const call of graphCalls) {
    if (call.root !== 'Query' || isResumed(call)) continue;
    for (let attempt = 0; attempt < acme.attemptsOf(call); attempt++) {
      const variables = variablesOf(call, (named) => acme.idOf(named, attempt), new Map());
      look.push({ call, variables, answer: await platform.ask(ownerOf(call), call.text, variables) });
    }
  }
  return look;
}

function cursorsIn(look: Look): Cursors {
  const cursors = new Map<string, Readonly<Record<'startCursor' | 'endCursor', string>>>();
  for (const { call, answer } of look) {
    const page = pages.safeParse(answer.data?.[call.field]);
    if (page.success) cursors.set(call.field, page.data.pageInfo);
  }
  return cursors;
}

const pages = z.object({ pageInfo: z.object({ startCursor: z.string(), endCursor: z.string() }) });

/** What of Acme those see who do not see the rest: something to name beside what they may not. */
async function showOthers({ platform }: Filling): Promise<void> {
  const owner = await platform.tokenOf('acme');
  const limited = await platform.sign(limitedAgent);
  const limit = `limitAgentToTeams(input: { agentId: "${limitedAgent.agentId}", limited: true }) { userErrors { code } }`;
  await platform.ask(owner, `mutation { ${limit} }`);
  await platform.postUpdate('acme', telegramMessage(950, 1, seenByOthers.team, 'Jo'));
  const say = `sendChatMessage(input: { clientId: "1", text: "${seenByOthers.visitor}" }) { clientId }`;
  await platform.ask(await platform.sign(otherVisitor), `mutation { ${say} }`);
  const { id, contact } = await eventually(async () => {
    const { data } = await platform.ask<{
      conversations: { edges: { node: { id: string; contact: { id: string } } }[] };
    }>(owner, '{ conversations(filter: { search: "robin" }) { edges { node { id contact { id } } } } }');
    const [found] = data.conversations.edges;
    if (!found) throw new Error('the message has not come in yet');
    return found.node;
  });
  const team = demoCompany('acme').teams.find(({ name }) => name !== TEAM);
  await platform.ask(
    owner,
    `mutation { assign(input: { conversationId: "${id}", teamId: "${team?.id ?? ''}" }) { userErrors { code } } }`,
  );
  for (const call of [
    `sendMessage(input: { conversationId: "${id}", text: "${seenByOthers.team}", idempotencyKey: "${v7()}" })`,
    `addContactNote(input: { contactId: "${contact.id}", text: "${seenByOthers.team}" })`,
    `createCannedResponse(input: { shortcode: "limited", content: "${seenByOthers.team}" })`,
    `createView(input: { name: "${seenByOthers.team}", visibility: PRIVATE, filter: {} })`,
    `changeConversations(input: { conversationIds: ["${id}"], change: { priority: HIGH }, idempotencyKey: "1" })`,
  ]) {
    const { data, errors } = await platform.ask<object>(limited, `mutation { made: ${call} { userErrors { code } } }`);
    expect({ call, data, errors }).toEqual({ call, data: { made: { userErrors: [] } }, errors: undefined });
  }
}

interface Listening {
  readonly said: readonly string[];
  /** Events that somebody has not worked off yet. */
  readonly pending: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** Hears everything that goes over NATS. */
async function listen({ nats: { url }, platform: { analytics } }: RunningPlatform): Promise<Listening> {
  const { hostname, port, username, password } = new URL(url);
  const nats = await connect({ servers: `${hostname}:${port}`, user: username, pass: password });
  const said: string[] = [];
  for (const subject of ['events.>', 'signals.>']) {
    const callback: MsgCallback<Msg> = (_error, message) => {
      said.push(`${message.subject} ${message.string()}`);
    };
    nats.subscribe(subject, { callback });
  }
  const manager = await jetstreamManager(nats);
  /** The sink remembers by itself how far it is, and nobody else knows. */
  async function uncounted(): Promise<number> {
    const text = await (await fetch(`${analytics.url()}/metrics`)).text();
    return Number(/^switchboard_analytics_sink_lag_events\S* (\d+)$/m.exec(text)?.[1] ?? 1);
  }
  async function pending(): Promise<number> {
    let count = await uncounted();
    for (const stream of ['INGEST', 'EVENTS']) {
      for await (const consumer of manager.consumers.list(stream)) {
        count += consumer.num_pending + consumer.num_ack_pending;
      }
    }
    return count;
  }
  return { said, pending, close: async () => nats.close() };
}

/** All rows, when everything has come to where it goes: nothing changes any more by itself. */
async function settledRows(admin: Client, { said, pending }: Listening): Promise<StoredRow[]> {
  let before = '';
  return eventually(async () => {
    const rows = await storedRows(admin);
    const now = JSON.stringify([said.length, rows.map(({ text }) => text)]);
    const isStill = now === before && (await underWay(admin)) === 0 && (await pending()) === 0;
    before = now;
    if (!isStill) throw new Error('something still changes');
    return rows;
  });
}

/** What was written is in the company's figures too, in all of them. */
async function counted({ platform, slug, settled }: Filling): Promise<StoredRow[]> {
  const owner = await platform.tokenOf(slug);
  const rows = (await settled()).filter(({ companyId }) => companyId === demoCompany(slug).id);
  const opened = rows.filter(({ table }) => table === 'conversations.conversations').length;
  const sent = rows.filter(({ row }) => row['author_kind'] === 'AGENT' && row['is_private'] === false).length;
  await eventually(async () => {
    const { data } = await platform.ask<{
      dashboard: {
        totals: { conversationsOpened: number; messagesReceived: number; messagesSent: number };
        series: { value: number }[];
        byPlatform: { totals: { messagesReceived: number } }[];
      };
    }>(
      owner,
      `{ dashboard(range: { from: "2026-01-01T00:00:00.000Z", to: "2027-12-31T00:00:00.000Z" }) {
           totals { conversationsOpened messagesReceived messagesSent } byPlatform { totals { messagesReceived } }
           series(metric: CONVERSATIONS_OPENED, interval: MONTH) { value } } }`,
    );
    const { totals, series, byPlatform } = data.dashboard;
    const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
    expect(totals).toEqual({ conversationsOpened: opened, messagesReceived: opened, messagesSent: sent });
    expect(sum(series.map(({ value }) => value))).toBe(opened);
    expect(sum(byPlatform.map((one) => one.totals.messagesReceived))).toBe(opened);
  });
  return rows;
}
