import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import type { MentionInput } from './mentions.ts';
import { sendMessage } from './sendMessage.ts';

describe('a note that mentions people', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let conversationId: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    conversationId = await write(inbox, acme);
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const note = (mentions: MentionInput[], { isPrivate = true, idempotencyKey = v7() } = {}) =>
    sendMessage(inbox.database, acme.ada, { conversationId, text: 'Look @Ben', isPrivate, mentions, idempotencyKey });
  const codes = (outcome: Awaited<ReturnType<typeof note>>) =>
    'userErrors' in outcome ? outcome.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`) : [];
  const stored = () =>
    inbox.rows<{ agent_id: string | null; team_id: string | null }>(
      'select agent_id, team_id from conversations.message_mentions where company_id = $1 order by position',
      [acme.companyId],
    );
  const notes = () =>
    inbox.rows<{ text: string }>('select text from conversations.messages where company_id = $1 and is_private', [
      acme.companyId,
    ]);

  test('keeps them in their order, each once, and the text as it was typed', async () => {
    const { agentId } = acme.ben;
    expect(codes(await note([{ teamId: acme.teamId }, { agentId }, { agentId: agentId.toUpperCase() }]))).toEqual([]);
    expect(await stored()).toEqual([
      { agent_id: null, team_id: acme.teamId },
      { agent_id: agentId, team_id: null },
    ]);
    expect(await notes()).toEqual([{ text: 'Look @Ben' }]);
  });

  test('is the only message that may: the contact knows nobody of the company', async () => {
    const outcome = await note([{ agentId: acme.ben.agentId }], { isPrivate: false });
    expect(codes(outcome)).toEqual(['INVALID input.mentions']);
    expect(await inbox.told()).toEqual([]);
  });

  test.each<[string, MentionInput[]]>([
    ['nobody', [{}]],
    ['an agent and a team at once', [{ agentId: v7(), teamId: v7() }]],
    ['more than fifty', Array.from({ length: 51 }, () => ({ agentId: v7() }))],
  ])('is refused when a mention is of %s', async (_what, mentions) => {
    expect(codes(await note(mentions))).toEqual(['INVALID input.mentions']);
    expect(await notes()).toEqual([]);
  });

  test('is refused for everybody whom the company does not have, and for another company’s', async () => {
    const globex = await inbox.addCompany();
    const outcome = await note([
      { agentId: acme.ben.agentId },
      { agentId: globex.ada.agentId },
      { teamId: globex.teamId },
      { agentId: acme.teamId },
      { teamId: 'nonsense' },
    ]);
    expect(codes(outcome)).toEqual(Array(4).fill('NOT_FOUND input.mentions'));
    expect(await notes()).toEqual([]);
    expect(await inbox.told()).toEqual([]);
  });

  test('under the same key is the same note, and another one when it mentions others', async () => {
    const idempotencyKey = v7();
    const [ben, team] = [{ agentId: acme.ben.agentId }, { teamId: acme.teamId }];
    const sent = await note([ben, team], { idempotencyKey });
    expect(await note([ben, team], { idempotencyKey })).toEqual(sent);
    for (const others of [[], [ben], [team, ben], [ben, { agentId: acme.ada.agentId }]]) {
      expect(codes(await note(others, { idempotencyKey }))).toEqual(['IDEMPOTENCY_KEY_REUSED input.idempotencyKey']);
    }
    expect(await stored()).toHaveLength(2);
  });
});
