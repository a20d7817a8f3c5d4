import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { runPlatform, telegramMessage, type RunningPlatform } from './runningPlatform.ts';

const CONVERSATIONS = 100;

/** Everything that a row of the inbox shows, out of both subgraphs. */
const page = `query ($first: Int!, $filter: ConversationFilter) { conversations(first: $first, filter: $filter) { edges { node {
  id number status priority unreadCount waitingSince lastActivityAt messageCount
  contact { id name } assignee { id name } team { name } labels { name color }
  channel { id name platform status }
  lastMessage { text status author { ... on Contact { name } ... on Agent { agentName: name } } }
} } } }`;

/** Set for all that an HTTP server of this process does for a request. */
const inRequest = new AsyncLocalStorage<true>();
const REQUEST_STARTS = 'http.server.request.start';
const enter = (): void => inRequest.enterWith(true);

describe('a page of the inbox, through the router', () => {
  let platform: RunningPlatform;
  let admin: string;

  beforeAll(async () => {
    subscribe(REQUEST_STARTS, enter);
    platform = await runPlatform();
    admin = await platform.tokenOf('acme');
    for (let chat = 1; chat <= CONVERSATIONS; chat++) {
      await platform.postUpdate('acme', telegramMessage(chat, 1, `message of ${String(chat)}`));
    }
    await eventually(async () => {
      const { data } = await platform.ask<{ inboxCounts: { open: number } }>(admin, '{ inboxCounts { open } }');
      if (data.inboxCounts.open < CONVERSATIONS) throw new Error('not all have arrived yet');
    });
    // As on a morning with somebody at work: rows with an assignee, a team and an answer as their last message.
    const { data } = await platform.ask<{
      agents: { id: string }[];
      teams: { id: string }[];
      conversations: { edges: { node: { id: string } }[] };
    }>(admin, '{ agents { id } teams { id } conversations(first: 100) { edges { node { id } } } }');
    for (const [index, { node }] of data.conversations.edges.entries()) {
      const assign = 'mutation ($input: AssignInput!) { assign(input: $input) { userErrors { code } } }';
      const input = {
        conversationId: node.id,
        agentId: data.agents[index % data.agents.length]?.id,
        teamId: data.teams[index % data.teams.length]?.id,
      };
      await platform.ask(admin, assign, { input });
    }
  });

  afterAll(async () => {
    unsubscribe(REQUEST_STARTS, enter);
    await platform.stop();
  });

  /**
   * What is asked in the course of the HTTP requests that one query makes; in whichever order, as some of it is asked at once. Workers poll
   * beside them, outside of any.
   */
  async function statementsOf(first: number, filter = {}): Promise<string[]> {
    const { conversations, channels } = platform.platform;
    const statements: string[] = [];
    const stops = [conversations, channels].map(({ database }) =>
      database.onStatement((text) => {
        // A session ends behind its answer.
        if (inRequest.getStore() && text !== 'commit') statements.push(text.replaceAll(/\s+/g, ' ').trim());
      }),
    );
    const { data, errors } = await platform.ask<{
      conversations: { edges: { node: { channel: { name: string } } }[] };
    }>(admin, page, { first, filter });
    for (const stop of stops) stop();
    expect(errors).toBeUndefined();
    expect(data.conversations.edges).toHaveLength(first);
    expect(new Set(data.conversations.edges.map(({ node }) => node.channel.name))).toEqual(new Set(['Acme Support']));
    return statements.toSorted();
  }

  it('takes the same statements for 1, 25 and 100 rows, at most 8 over all subgraphs', async () => {
    const [one, some, all] = [await statementsOf(1), await statementsOf(25), await statementsOf(100)];
    expect(some).toEqual(one);
    expect(all).toEqual(one);
    expect(one).not.toEqual([]);
    expect(one.length).toBeLessThanOrEqual(8);
  });

  it('and no more than 8 where it looks up first where something is unread', async () => {
    const unread = { unread: true, status: ['OPEN'] };
    const [some, all] = [await statementsOf(25, unread), await statementsOf(100, unread)];
    expect(all).toEqual(some);
    expect(some.some((text) => text.includes('inbox_counters'))).toBe(true);
    expect(some.length).toBeLessThanOrEqual(8);
  });
});
