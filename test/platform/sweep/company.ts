import type { Client } from 'pg';
import { expect } from '@jest/globals';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { demoCompany, telegramMessage, type RunningPlatform } from '../runningPlatform.ts';
import { details } from './details.ts';
import type { StoredRow } from './store.ts';
import type { Words } from './words.ts';

export interface Filling {
  readonly platform: RunningPlatform;
  /** Of the database. */
  readonly admin: Client;
  readonly slug: string;
  readonly words: Words;
  /** The team that all conversations of the company are with. */
  readonly team: string;
  /** All rows, when nothing changes any more by itself. */
  readonly settled: () => Promise<StoredRow[]>;
  /** Of the company’s web chat, where it has one. */
  readonly visitor?: string;
}

interface Found {
  readonly id: string;
  readonly contact: { readonly id: string };
  readonly lastMessage: { readonly id: string };
  readonly channel: { readonly platform: string };
}

/** Gives a company something of everything that the graph has, until every field has something to give away. */
export async function fillCompany(filling: Filling): Promise<void> {
  const { platform, admin, slug, words, visitor } = filling;
  const owner = await platform.tokenOf(slug);
  const ask = <T>(query: string) => platform.ask<T>(owner, query);

  // Two people who turn out to be one.
  for (const chat of [900, 901]) {
    await platform.postUpdate(slug, telegramMessage(chat, 1, words.message, words.customer));
  }
  if (visitor !== undefined) {
    const say = `mutation { sendChatMessage(input: { clientId: "1", text: "${words.message}" }) { clientId } }`;
    await platform.ask(visitor, say);
  }
  await ask(
    `mutation { addDocument(input: { title: "Plans", text: "# Plans\\n\\nAnimals: ${words.document}." }) { document { id } } }`,
  );
  const conversations = await eventually(async () => {
    const { data } = await ask<{ conversations: { edges: { node: Found }[] } }>(
      '{ conversations { edges { node { id contact { id } lastMessage { id } channel { platform } } } } searchKnowledge(query: "animals") { text } }',
    );
    expect(data.conversations.edges).toHaveLength(visitor === undefined ? 2 : 3);
    expect(JSON.stringify(data)).toContain(words.document);
    const found = data.conversations.edges.map(({ node }) => node);
    return found.toSorted((a, b) => a.channel.platform.localeCompare(b.channel.platform) || a.id.localeCompare(b.id));
  });
  for (const call of keptBySomebody(filling, conversations)) {
    const { data, errors } = await ask<object>(`mutation { made: ${call} { userErrors { code message } } }`);
    expect({ call, data, errors }).toEqual({ call, data: { made: { userErrors: [] } }, errors: undefined });
  }
  await mentionOwner(filling, conversations[0]?.id ?? '');
  // Nothing is told any more of how things are now.
  await filling.settled();
  for (const statement of details(words, filling.team)) await admin.query(statement, [demoCompany(slug).id]);
}

/** What people keep of the first of some conversations, and of who wrote there. */
function keptBySomebody({ slug, words, team }: Filling, conversations: readonly Found[]): string[] {
  const [first, second] = conversations;
  if (!first || !second) throw new Error('two conversations are needed');
  const { id, contact } = first;
  const { telegram, teams, labels, agents } = demoCompany(slug);
  const owner = agents.find(({ role }) => role === 'ADMIN');
  const other = agents.find(({ role }) => role === 'SUPERVISOR') ?? agents.at(-1);
  const teamId = teams.find(({ name }) => name === team)?.id ?? '';
  return [
    `updateCompany(input: { businessHours: { week: [{ day: MONDAY, opensAt: "09:00", closesAt: "17:00" }], holidays: ["2026-12-25"] } })`,
    `addTeamMembers(input: { teamId: "${teamId}", agentIds: ["${owner?.id ?? ''}"] })`,
    ...conversations.map(
      (one) =>
        `sendMessage(input: { conversationId: "${one.id}", text: "${words.message}", idempotencyKey: "${v7()}" })`,
    ),
    `markRead(input: { conversationId: "${id}" })`,
    'createAttributeDefinition(input: { key: "tier", name: "Tier", type: TEXT })',
    `updateContact(input: { contactId: "${contact.id}", attributes: { tier: "gold" } })`,
    `mergeContacts(input: { intoId: "${contact.id}", fromId: "${second.contact.id}" })`,
    `labelConversation(input: { conversationId: "${id}", labelIds: ["${labels[0]?.id ?? ''}"] })`,
    `addContactNote(input: { contactId: "${contact.id}", text: "${words.note}" })`,
    `createCannedResponse(input: { shortcode: "own", content: "${words.own}" })`,
    `saveDraft(input: { conversationId: "${id}", text: "${words.own}", replyToId: "${first.lastMessage.id}", revision: 1 })`,
    `createView(input: { name: "${words.own}", visibility: PRIVATE, filter: {} })`,
    ...[`channelId: "${telegram.channelId}"`, `teamId: "${teamId}"`].map(
      (place) =>
        `setAssignmentPolicy(input: { ${place}, strategy: ROUND_ROBIN, order: OLDEST_FIRST, graceSeconds: 0, isEnabled: false })`,
    ),
    `changeConversations(input: { conversationIds: ["${id}"], change: { priority: HIGH }, idempotencyKey: "1" })`,
    `exportContact(input: { contactId: "${contact.id}" })`,
    `assign(input: { conversationId: "${id}", agentId: "${other?.id ?? ''}", teamId: "${teams[0]?.id ?? ''}" })`,
    `assign(input: { conversationId: "${id}", agentId: "${owner?.id ?? ''}", teamId: "${teamId}" })`,
    `snoozeConversation(input: { conversationId: "${id}", until: "${new Date(Date.now() + 86_400_000).toISOString()}" })`,
    `setCapacity(input: { agentId: "${owner?.id ?? ''}", capacity: 10, weights: [{ platform: TELEGRAM, weight: 2 }] })`,
    `importSitemap(input: { url: "${words.sitemap}", refreshHours: 24 })`,
    'updateRetention(input: { days: 365 })',
    `issuePartnerKey(input: { partner: "${words.partner}", name: "Key", scopes: ["directory:read"] })`,
  ];
}

/** Somebody of the company tells its administrator of a conversation, and the team that the administrator is in. */
export async function mentionOwner({ platform, slug, words, team }: Filling, conversationId: string): Promise<void> {
  const { agents, teams } = demoCompany(slug);
  const owner = agents.find(({ role }) => role === 'ADMIN');
  const colleague = await platform.tokenOf(slug, slug === 'acme' ? 'SUPERVISOR' : 'AGENT');
  const teamId = teams.find(({ name }) => name === team)?.id ?? '';
  for (const mention of [`agentId: "${owner?.id ?? ''}"`, `teamId: "${teamId}"`]) {
    const { data } = await platform.ask<object>(
      colleague,
      `mutation { sendMessage(input: { conversationId: "${conversationId}", text: "${words.message}", isPrivate: true,
         mentions: [{ ${mention} }], idempotencyKey: "${v7()}" }) { userErrors { code message } } }`,
    );
    expect(data).toEqual({ sendMessage: { userErrors: [] } });
  }
}
