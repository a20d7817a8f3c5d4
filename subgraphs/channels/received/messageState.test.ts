import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { InboundFact } from '../platforms/inbound.ts';
import { arrive, change, unknownMessage, type MessageState, type Step } from './messageState.ts';

const place = { channelId: '01890a5d-ac96-774b-bcce-b302099a8057', threadExternalId: '77', externalMessageId: '77:1' };
const at = (second: number) => new Date(1_760_000_000_000 + second * 1_000).toISOString();

type Change = Extract<InboundFact, { kind: 'edit' | 'removal' | 'reaction' }>;
const edit = (revision: number): Change => ({
  kind: 'edit',
  revision,
  data: { ...place, text: `text ${String(revision)}`, attachments: null, editedAt: at(revision) },
});
const removal: Change = { kind: 'removal', data: { ...place, removedAt: at(99) } };
const reaction = (by: string, emoji: string | null, second: number): Change => ({
  kind: 'reaction',
  data: { ...place, byExternalId: by, emoji, reactedAt: at(second) },
});

/** 'message' stands for the message itself. */
function play(said: readonly ('message' | Change)[]): { state: MessageState; told: Step['told'][number][] } {
  const told: Step['told'][number][] = [];
  let state = unknownMessage;
  for (const one of said) {
    if (one === 'message' && state.told) continue;
    const step = one === 'message' ? arrive(state) : change(state, one);
    state = step.state;
    told.push(...step.told);
  }
  return { state, told };
}

/** What somebody sees who believes everything that is told. */
function seen(told: readonly Step['told'][number][]) {
  const reactions = new Map<string, string>();
  let text = 'text 0';
  let removed = false;
  for (const { type, data } of told) {
    if (type === 'channel.message.edited') text = data.text ?? '';
    else if (type === 'channel.message.removed') removed = true;
    else if (data.emoji === null) reactions.delete(data.byExternalId);
    else reactions.set(data.byExternalId, data.emoji);
  }
  return removed ? 'removed' : { text, reactions: Object.fromEntries(reactions) };
}

describe('what is said about a message', () => {
  it('is told in the order of the edits, not of their arrival', () => {
    const { told } = play(['message', edit(2), edit(1), edit(3), edit(3)]);
    expect(told.map(({ data }) => 'text' in data && data.text)).toEqual(['text 2', 'text 3']);
  });

  it('waits for the message, and is told after it as it was in the end', () => {
    expect(play([edit(1), reaction('a', '👍', 1), edit(2)]).told).toEqual([]);
    const { told } = play([edit(1), reaction('a', '👍', 1), edit(2), 'message']);
    expect(told.map(({ type }) => type)).toEqual(['channel.message.edited', 'channel.message.reacted']);
    expect(seen(told)).toEqual({ text: 'text 2', reactions: { a: '👍' } });
  });

  it('ends with its removal, which is told once', () => {
    const { told } = play(['message', removal, removal, edit(5), reaction('a', '👍', 5)]);
    expect(told.map(({ type }) => type)).toEqual(['channel.message.removed']);
  });

  it('is one reaction for each person, the latest', () => {
    const said = [reaction('a', '👍', 1), reaction('b', '❤️', 1), reaction('a', null, 3), reaction('a', '😀', 2)];
    expect(seen(play(['message', ...said]).told)).toEqual({ text: 'text 0', reactions: { b: '❤️' } });
  });

  it('is told of an album under the id of the album', () => {
    const { told } = change({ ...unknownMessage, told: true, partOf: '77:0' }, edit(1));
    expect(told).toMatchObject([{ data: { externalMessageId: '77:0' } }]);
  });

  it('keeps a message that everybody reacts to within bounds', () => {
    const { state } = play(['message', ...Array.from({ length: 500 }, (_, one) => reaction(String(one), '👍', 1))]);
    expect(Object.keys(state.reactions).length).toBeLessThanOrEqual(200);
  });

  it('ends the same whatever order it comes in and however often', () => {
    const said: fc.Arbitrary<'message' | Change> = fc.oneof(
      fc.integer({ min: 1, max: 4 }).map(edit),
      fc
        .tuple(
          fc.constantFrom('a', 'b'),
          fc.option(fc.constantFrom('👍', '❤️'), { nil: null }),
          fc.integer({ min: 1, max: 50 }),
        )
        .map(([by, emoji, second]) => reaction(by, emoji, second)),
    );
    const distinct = fc.uniqueArray(said, {
      // A person does one thing at a time.
      selector: (one) =>
        one !== 'message' && one.kind === 'reaction' ? one.data.byExternalId + one.data.reactedAt : JSON.stringify(one),
      maxLength: 8,
    });
    const withRemoval = fc
      .tuple(distinct, fc.boolean())
      .map(([some, gone]) => ['message' as const, ...some, ...(gone ? [removal] : [])]);
    const orders = withRemoval.chain((all) =>
      fc.tuple(
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(orders, ([once, twice]) => {
        expect(seen(play(twice).told)).toEqual(seen(play(once).told));
      }),
      { numRuns: 2_000 },
    );
  });
});
