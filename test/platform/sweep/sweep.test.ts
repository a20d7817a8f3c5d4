import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, validate } from 'graphql';
import { v7 } from 'uuid';
import { askOnceThereIsRoom, finderOf, isResumed, plain, toldBy, variablesOf } from './asking.ts';
import { attack } from './attack.ts';
import { allAreas } from './areas.ts';
import { attackers, foreignAdmin } from './attackers.ts';
import { secretsOf } from './belongings.ts';
import { answeredIn, gaps } from './coverage.ts';
import { changesByAsking, endsSession, figures, sameForBoth, unanswered } from './exceptions.ts';
import { answersOf, differencesOf } from './equalRights.ts';
import { eavesdrop, type Live } from './live.ts';
import { graphCalls, personal, schema, type Root } from './operations.ts';
import { tracesOf } from './traces.ts';
import { openWorld, type Look, type World } from './world.ts';

describe('the whole graph', () => {
  let world: World;
  let look: Look;
  /** What queries answered an administrator of another company before Acme had anything. */
  const before = new Map<string, string>();
  const answered = new Set<string>();
  /** What Acme's owners hear from the test of what is live on. */
  let heard: readonly Live[] = [];

  function keepAnswered(root: Root, data: unknown): void {
    for (const coordinate of answeredIn(root, data)) answered.add(coordinate);
  }

  beforeAll(async () => {
    world = await openWorld(async (platform) => {
      const token = await platform.tokenOf('globex');
      for (const call of graphCalls.filter((one) => one.root === 'Query' && !isResumed(one))) {
        if (changesByAsking.has(call.field)) continue;
        const variables = variablesOf(call, () => v7(), new Map());
        before.set(call.text, plain(await platform.ask(token, call.text, variables)));
      }
    });
    look = await world.look();
    for (const { answer } of look) keepAnswered('Query', answer.data);
  });
  afterAll(() => world.close());

  it('is asked nothing that it does not understand', () => {
    const invalid = graphCalls.flatMap(({ text }) =>
      validate(schema, parse(text)).map(({ message }) => `${message} ${text}`),
    );
    expect(invalid).toEqual([]);
  });

  it('tells Acme of its own what others must not be told, in answer to the same queries', () => {
    const secretsIn = finderOf(secretsOf(world.acme, allAreas));
    const loud = look.filter((one) => toldBy(secretsIn, one, one.answer).length > 0).map(({ call }) => call.text);
    const silent = graphCalls.filter((call) => call.root === 'Query' && !isResumed(call) && !figures.has(call.field));
    expect(silent.filter(({ text }) => !loud.includes(text))).toEqual([]);
    expect(look.filter(({ answer }) => answer.errors)).toEqual([]);
  });

  it('shows two administrators the same of everything that is not marked as personal', async () => {
    const { platform, filling, acme } = world;
    const { companyId } = acme;
    const agentId = v7();
    await filling.admin.query(
      `insert into conversations.agents (company_id, id, name, email, role) values ($1, $2, 'Twin', 'twin@acme.example', 'ADMIN')`,
      [companyId, agentId],
    );
    try {
      const token = await platform.sign({ kind: 'agent', companyId, agentId, role: 'ADMIN', scopes: [] });
      const { unmarked, marked } = differencesOf(await world.look(), await world.lookAs(token));
      // Whatever is marked is another thing indeed, or it would be executed for each of them in vain.
      const same = answersOf(personal).filter((field) => !marked.includes(field));
      expect({ unmarked, same: same.toSorted() }).toEqual({ unmarked: [], same: Object.keys(sameForBoth) });
    } finally {
      await filling.admin.query('delete from conversations.agents where id = $1', [agentId]);
    }
  });

  function sweepAs(names: readonly string[]): void {
    it.each(names)('tells %s nothing that they may not know, and changes nothing through them', async (name) => {
      const attacker = attackers[name];
      if (!attacker) throw new Error(`there is no ${name}`);
      const rows = await world.settled();
      const said = world.said.length;
      const { findings, told } = await attack(world, attacker, name === foreignAdmin ? before : new Map());
      // A few say what is wrong, and their answers are long.
      expect(findings.slice(0, 5)).toEqual([]);
      const after = { rows: await world.settled(), said: world.said.slice(said) };
      expect(tracesOf(attacker, world.acme, rows, after)).toEqual({ lost: [], added: [], said: [] });
      expect(attacker.sees.filter((seen) => !told.some((text) => text.includes(seen)))).toEqual([]);
    });
  }
  const names = Object.keys(attackers);
  const changesNothing = (name: string) => attackers[name]?.changes === 'nothing';

  sweepAs(names.filter(changesNothing));

  it('answers Acme after all of that as it did before', async () => {
    const isSteady = ({ call }: Look[number]) => !changesByAsking.has(call.field);
    const textsOf = (seen: Look) =>
      seen.filter(isSteady).map(({ call, answer }) => ({ text: call.text, answer: plain(answer) }));
    expect(textsOf(await world.look())).toEqual(textsOf(look));
  });

  sweepAs(names.filter((name) => !changesNothing(name)));

  it('tells nothing live to whom it does not belong, and everything to whom it does', async () => {
    const { owners, findings } = await eavesdrop(world);
    heard = owners;
    expect(findings.slice(0, 5)).toEqual([]);
  });

  it('does for Acme what it has refused to others, and leaves out nothing', async () => {
    const fields = inOrder(graphCalls.flatMap(({ root, field }) => (root === 'Mutation' ? [field] : [])));
    const lasts = [takesAway, endsSession];
    const isFirst = (field: string) => !lasts.some((last) => last.test(field));
    for (const some of [fields.filter(isFirst), ...lasts.map((last) => fields.filter((field) => last.test(field)))]) {
      // Some take a state that others bring about.
      for (const field of [...some, ...some]) await doAsOwner(field);
      // Some is worked off in the background.
      await world.settled();
      for (const { answer } of await world.look()) keepAnswered('Query', answer.data);
    }
    for (const { received } of heard) for (const data of received) keepAnswered('Subscription', data);
    expect(gaps(schema, answered, unanswered)).toEqual({ missing: [], needless: [] });
  });

  /** Until it is done, in one way or another. */
  async function doAsOwner(field: string): Promise<void> {
    const { acme, platform, ownerOf, cursors } = world;
    for (const call of graphCalls.filter((one) => one.root === 'Mutation' && one.field === field)) {
      // What has the least to it comes first, and whoever does all this last.
      for (let attempt = acme.attemptsOf(call) - 1; attempt >= 0 && !answered.has(`Mutation.${field}`); attempt--) {
        const variables = variablesOf(call, (named) => acme.idOf(named, attempt), cursors);
        const { data } = await askOnceThereIsRoom(platform, ownerOf(call), call.text, variables);
        keepAnswered('Mutation', data);
      }
    }
  }
});

/** Afterwards there is less that something could be done to. */
const takesAway = /^(remove|delete|erase)/;

/** What was done first is undone before more of it is done; what others are done to is taken away last. */
function inOrder(fields: readonly string[]): string[] {
  const last = ['remove', 'delete', 'erase'];
  const rankOf = (field: string) => (field.startsWith('undo') ? -2 : last.findIndex((verb) => field.startsWith(verb)));
  return [...new Set(fields)].toSorted((a, b) => rankOf(a) - rankOf(b));
}
