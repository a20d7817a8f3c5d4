import { v7 } from 'uuid';
import { expect } from '@jest/globals';
import { telegramMessage } from '../runningPlatform.ts';
import { otherVisitor } from './attackers.ts';
import { mentionOwner } from './company.ts';
import { seenByOthers, words } from './words.ts';
import type { World } from './world.ts';

/** Makes something of every kind happen that somebody of Acme can hear, in the conversation and with the contact that calls name. */
export function happenings({ platform, filling, acme, ownerOf }: World): () => Promise<void> {
  const owner = ownerOf({ root: 'Query', field: 'conversations' });
  const visitor = ownerOf({ root: 'Query', field: 'chatMessages' });
  let round = 1;

  async function ask(token: string, mutations: readonly string[]): Promise<void> {
    const all = mutations.map((mutation, index) => `m${String(index)}: ${mutation} { userErrors { code message } }`);
    const { data, errors } = await platform.ask<object>(token, `mutation { ${all.join(' ')} }`);
    expect({ errors, made: Object.values(data) }).toEqual({
      errors: undefined,
      made: all.map(() => ({ userErrors: [] })),
    });
  }

  return async () => {
    round += 1;
    const chats = acme.ids.get('Conversation') ?? [];
    const id = acme.idOf({ kind: 'Conversation', ordinal: 0 });
    await platform.postUpdate('acme', telegramMessage(900, round, words.acme.message, words.acme.customer));
    await ask(visitor, [`sendChatMessage(input: { clientId: "${v7()}", text: "${words.acme.message}" })`]);
    await mentionOwner(filling, id);
    await ask(owner, [
      `refreshDocument(input: { id: "${acme.idOf({ kind: 'Document', ordinal: 0 })}" })`,
      `importSitemap(input: { url: "${words.acme.sitemap}" })`,
      'heartbeat(input: { deviceId: "desk", state: ONLINE })',
      `addContactNote(input: { contactId: "${acme.idOf({ kind: 'Contact', ordinal: 0 })}", text: "${words.acme.note}" })`,
      `updateContact(input: { contactId: "${acme.idOf({ kind: 'Contact', ordinal: 0 })}", email: "${v7()}@example.com" })`,
      `saveDraft(input: { conversationId: "${id}", text: "${words.acme.own}", revision: ${String(round)} })`,
      `changeConversations(input: { conversationIds: ["${id}"], change: { priority: ${round % 2 === 0 ? 'LOW' : 'HIGH'} },
         idempotencyKey: "${v7()}" })`,
      ...[true, false].flatMap((is) => [
        `setAway(input: { isAway: ${String(is)} })`,
        `viewConversation(input: { conversationId: "${id}", deviceId: "desk", isViewing: ${String(is)} })`,
        // The visitor is told too, in whichever conversation is theirs.
        ...chats.map((chat) => `setTyping(input: { conversationId: "${chat}", isTyping: ${String(is)} })`),
      ]),
    ]);
  };
}

/** Something is said where the others are. */
export async function happenToOthers({ platform }: World): Promise<void> {
  const update = Math.floor(Math.random() * 90_000) + 100;
  await platform.postUpdate('globex', telegramMessage(900, update, words.globex.message, words.globex.customer));
  await platform.postUpdate('acme', telegramMessage(950, update, seenByOthers.team, 'Jo'));
  const say = `sendChatMessage(input: { clientId: "${v7()}", text: "${seenByOthers.visitor}" }) { clientId }`;
  await platform.ask(await platform.sign(otherVisitor), `mutation { ${say} }`);
}
