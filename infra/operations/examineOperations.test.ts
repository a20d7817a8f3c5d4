import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readManifest } from '#schema/operations/manifest.ts';
import { readClientOperations } from '#schema/operations/clientOperations.ts';
import { createSnapshot } from '#router/graph/snapshot.ts';
import { supergraphFile } from '#schema/subgraphFiles.ts';
import { examineOperations } from './examineOperations.ts';

const snapshot = createSnapshot(readFileSync(supergraphFile, 'utf8'));
const MAX_COST = 1_000;
const examine = (...bodies: string[]) => examineOperations(snapshot, bodies.flatMap(readClientOperations), MAX_COST);

describe('operations of a partner', () => {
  test('that are registered for everybody are fit', () => {
    const examined = examineOperations(snapshot, readManifest().operations, MAX_COST);
    expect(examined.map(({ name, scopes }) => [name, scopes])).toEqual([
      ['ConversationStatus', ['conversations:read']],
      ['InboxFeed', ['conversations:read']],
      ['InboxFigures', ['conversations:read']],
      ['Reply', ['conversations:write']],
    ]);
    for (const { cost } of examined) expect(cost).toBeGreaterThan(0);
  });

  test.each([
    ['asks for a field that there is not', 'query A { nothing }', 'A (', 'Cannot query field "nothing"'],
    ['does not give what is required', 'query A { conversation { id } }', 'A (', 'argument "id"'],
    [
      'is too deep',
      `query A { conversation(id: 1) { ${'contact { conversations { edges { node { '.repeat(5)} id ${'} } } }'.repeat(5)} } }`,
      'A (',
      'depth',
    ],
    [
      'costs more than fits into a minute',
      `query A { conversations(first: 100) { edges { node { contact { conversations(first: 100) { edges { node {
        labels { id } messages(first: 100) { edges { node { id } } } } } } } } } } }`,
      'A (',
      'costs',
    ],
    [
      'is what only agents do',
      'mutation A { markRead(input: { conversationId: "1" }) { userErrors { code } } }',
      'A (',
      'markRead is not for partners',
    ],
    [
      'asks for what is an agent’s own',
      'query A { drafts { edges { node { id } } } }',
      'A (',
      'drafts is not for partners',
    ],
    [
      'listens to what partners do not',
      'subscription A { presenceUpdates { cursor } }',
      'A (',
      'presenceUpdates is not',
    ],
    ['skips its only field', 'subscription A($x: Boolean!) { inboxUpdates @skip(if: $x) { kind } }', 'A (', '@skip'],
  ])('that %s is refused, with the reason', (_, body, which, reason) => {
    expect(() => examine(body)).toThrow(which);
    expect(() => examine(body)).toThrow(reason);
  });

  test('are refused all together, each with its reason', () => {
    const bodies = ['query Good { inboxCounts { open } }', 'query Bad { nothing }', 'query Worse { nothing2 }'];
    expect(() => examine(...bodies)).toThrow(/^Nothing was published\.\nBad \([^]*\nWorse \(/);
  });

  test('are refused with ids that could not be called', () => {
    const [operation] = readClientOperations('query A { inboxCounts { open } }');
    expect(() =>
      examineOperations(snapshot, [{ id: 'a b', name: 'A', type: 'query', body: operation?.body ?? '' }], MAX_COST),
    ).toThrow('its id has to be');
  });
});
