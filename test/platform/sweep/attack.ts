import { v7 } from 'uuid';
import {
  askOnceThereIsRoom,
  finderOf,
  idsOf,
  isDone,
  plain,
  toldBy,
  variablesOf,
  type Answer,
  type IdOf,
  type Named,
  type Variables,
} from './asking.ts';
import { refusalOf, type Attacker } from './attackers.ts';
import { secretsOf } from './belongings.ts';
import { endsSession, isKeptUnseen } from './exceptions.ts';
import type { Call } from './operations.ts';
import type { World } from './world.ts';

/** Something that somebody got or did who must not. */
export interface Finding {
  readonly what: string;
  readonly call: string;
  readonly variables: Variables;
  /** Its beginning. */
  readonly answer: string;
}

/**
 * Asks for everything as somebody who must not see some of it: with the ids of what is there, with guessed ones, with one that is
 * not theirs beside their own, and with the cursors of lists that are not theirs. Each answer is looked through for what the caller
 * may not know, and has to be the one that guessed ids get: nobody may learn what there is from how they are refused.
 *
 * @param before What queries answered before there was anything to find, by their text. @default what guessed ids get now
 * @returns what was found, and every answer as text.
 */
export async function attack(
  world: World,
  attacker: Attacker,
  before: ReadonlyMap<string, string>,
): Promise<{ readonly findings: readonly Finding[]; readonly told: readonly string[] }> {
  const { identity, hidden } = attacker;
  const { platform, acme } = world;
  const token = identity && (await platform.sign(identity));
  const secretsIn = finderOf(secretsOf(acme, hidden));
  const isHidden = (kind: string) => unknown.some((area) => acme.areaOfKind.get(kind) === area);
  // Ids of channels, agents and teams narrow what a partner of the company may see: there they are no secret.
  const unknown = hidden.filter(
    (area) =>
      !attacker.writes.includes(area) &&
      (area !== 'directory' || identity?.kind !== 'partner' || identity.companyId !== acme.companyId),
  );
  const findings: Finding[] = [];
  const told: string[] = [];

  async function say(call: Call, idOf: IdOf) {
    const variables = variablesOf(call, idOf, world.cursors);
    const answer = await askOnceThereIsRoom(platform, token, call.text, variables);
    const text = JSON.stringify(answer);
    const report = (what: string) => findings.push({ what, call: call.text, variables, answer: text.slice(0, 1_000) });
    const isUnknown = answer.errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED') ?? false;
    const isTried = !identity || !isUnknown || endsSession.test(call.field);
    if (!isTried) report('It is not tried: the caller is not known any more.');
    const leaked = toldBy(secretsIn, { call, variables }, answer);
    if (leaked.length > 0) report(`It tells ${leaked.join(', ')}.`);
    told.push(text);
    return { answer, report };
  }

  async function tryCall(call: Call): Promise<void> {
    const ids = idsOf(call);
    const foreign = ids.filter(({ kind }) => isHidden(kind));
    if (call.root === 'Mutation' && attacker.changes === 'what they see' && foreign.length === 0) return;
    const guessed = await say(call, (named) => (isHidden(named.kind) ? v7() : acme.idOf(named)));
    const expected = before.get(call.text) ?? plain(guessed.answer);
    for (let attempt = 0; attempt < acme.attemptsOf(call); attempt++) {
      const { answer, report } = await say(call, (named) => acme.idOf(named, attempt));
      checkDone(call, foreign, answer, report);
      const got = plain(answer);
      if ((foreign.length > 0 || before.has(call.text)) && !isDone(call, answer) && got !== expected) {
        const at = got.split('').findIndex((letter, index) => letter !== expected[index]);
        const from = (text: string) => text.slice(Math.max(0, at - 80), at + 80);
        report(`With ids of nothing, or before there was anything, it is «${from(expected)}» and not «${from(got)}».`);
      }
    }
    if (ids.length > 1) for (const one of foreign) await tryBesideOwn(call, one);
  }

  /** One thing that is not the caller's, and the rest their own. */
  async function tryBesideOwn(call: Call, foreign: Named): Promise<void> {
    const { answer, report } = await say(call, (named) =>
      named.variable === foreign.variable ? acme.idOf(named) : world.ownIdOf(attacker, named.kind),
    );
    checkDone(call, [foreign], answer, report);
  }

  function checkDone(call: Call, foreign: readonly Named[], answer: Answer, report: (what: string) => void): void {
    const isSeen = foreign.some(({ coordinate }) => !isKeptUnseen(coordinate));
    if (isSeen && isDone(call, answer)) report('It is done with what the caller may not see.');
  }

  async function tryRefused(call: Call, code: string): Promise<void> {
    const { answer, report } = await say(call, (named) => acme.idOf(named));
    const isRefused = answer.data?.[call.field] == null && answer.errors?.[0]?.extensions?.code === code;
    if (!isRefused) report(`It is not refused with ${code}.`);
  }

  const calls = attacker.calls.filter(({ root }) => root !== 'Subscription');
  const isLast = ({ field }: Call) => endsSession.test(field);
  for (const call of calls.toSorted((a, b) => Number(isLast(a)) - Number(isLast(b)))) {
    const code = refusalOf(call.root, call.field, identity);
    if (code === undefined) await tryCall(call);
    else if (call.way === 'required') await tryRefused(call, code);
  }
  return { findings, told };
}
