import { expect } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { allAreas } from './areas.ts';
import { finderOf, isResumed, toldBy, variablesOf, type Cursors, type Variables } from './asking.ts';
import { attackers, refusalOf, type Attacker } from './attackers.ts';
import { secretsOf } from './belongings.ts';
import { figures } from './exceptions.ts';
import { happenings, happenToOthers } from './happenings.ts';
import { graphCalls, type Call } from './operations.ts';
import type { World } from './world.ts';

/** One subscription, and what came of it. */
export interface Live {
  readonly call: Call;
  readonly variables: Variables;
  readonly received: readonly object[];
  readonly failures: readonly unknown[];
}

interface Listener {
  readonly name: string;
  readonly attacker: Attacker;
  readonly live: readonly Live[];
}

/** What happens once a round has to happen twice, and a round takes its time where others use the machine too. */
const ROUNDS_MS = 90_000;

const subscriptions = graphCalls.filter(({ root }) => root === 'Subscription');

/**
 * Everybody subscribes to everything of Acme's, from now on and from a cursor of Acme's owner on, and then something of every kind
 * happens.
 *
 * @returns what its owners heard, and what others heard or were answered that they must not.
 */
export async function eavesdrop(
  world: World,
): Promise<{ readonly owners: readonly Live[]; readonly findings: object[] }> {
  const happen = happenings(world);
  const owners = await ownersListen(world, (call) => !isResumed(call), new Map());
  const others = await othersListen(world, (call) => !isResumed(call), new Map());
  await eventually(async () => {
    await happen();
    await eventually(() => expect(silentFields(world, owners)).toEqual([]), 2_000);
  }, ROUNDS_MS);
  // All but the first of it once more.
  const cursors = cursorsIn(owners);
  const resumed = await ownersListen(world, isResumed, cursors);
  others.push(...(await othersListen(world, isResumed, cursors)));
  await eventually(() => expect(resumed.filter(({ received }) => received.length === 0)).toEqual([]));
  const counted = others.flatMap((one) => recounted(world, one));
  // What comes to the others last is their own: by then they have been told whatever they are told.
  await eventually(async () => {
    await happenToOthers(world);
    await eventually(() => expect(deafOnes(others)).toEqual([]), 2_000);
  }, ROUNDS_MS);
  return {
    owners: [...owners, ...resumed],
    findings: [...counted, ...others.flatMap((one) => overheard(world, one, owners))],
  };
}

/** Fields of which not twice has been heard yet what is recognised as Acme's. */
function silentFields({ acme }: World, live: readonly Live[]): string[] {
  const secretsIn = finderOf(secretsOf(acme, allAreas));
  const fields = new Set(live.map(({ call }) => call.field));
  for (const { call, variables, received } of live) {
    const told = received.filter(
      (one) => figures.has(call.field) || toldBy(secretsIn, { call, variables }, one).length > 0,
    );
    if (told.length > 1) fields.delete(call.field);
  }
  return [...fields];
}

/** The names of those who may listen and have not heard yet what is theirs. */
function deafOnes(listeners: readonly Listener[]): string[] {
  return Object.entries(attackers).flatMap(([name, { identity, sees }]) => {
    const live = listeners.flatMap((one) => (one.name === name ? one.live : []));
    const mayListen = live.some(({ call }) => refusalOf(call.root, call.field, identity) === undefined);
    const text = JSON.stringify(live.map(({ received }) => received));
    return mayListen && sees.length > 0 && !sees.some((one) => text.includes(one)) ? [name] : [];
  });
}

async function ownersListen(world: World, which: (call: Call) => boolean, cursors: Cursors): Promise<Live[]> {
  const calls = subscriptions.filter(which);
  const byToken = Map.groupBy(calls, (call) => world.ownerOf(call));
  const all = await Promise.all([...byToken].map(([token, some]) => listen(world, token, some, cursors)));
  return all.flat();
}

async function othersListen(world: World, which: (call: Call) => boolean, cursors: Cursors): Promise<Listener[]> {
  return Promise.all(
    Object.entries(attackers).map(async ([name, attacker]) => {
      const { identity } = attacker;
      const calls = attacker.calls.filter(
        (call) =>
          call.root === 'Subscription' &&
          which(call) &&
          (call.way === 'required' || refusalOf(call.root, call.field, identity) === undefined),
      );
      const token = identity && (await world.platform.sign(identity));
      return { name, attacker, live: await listen(world, token, calls, cursors) };
    }),
  );
}

async function listen(
  { platform, acme }: World,
  token: string | undefined,
  calls: readonly Call[],
  cursors: Cursors,
): Promise<Live[]> {
  const socket = platform.openSocket(token);
  if (token !== undefined) await socket.connected;
  return calls.map((call) => {
    const variables = variablesOf(call, (named) => acme.idOf(named), cursors);
    return { call, variables, ...socket.subscribe<object>(call.text, variables) };
  });
}

function cursorsIn(live: readonly Live[]): Cursors {
  const cursors = new Map<string, Readonly<Record<'startCursor' | 'endCursor', string>>>();
  // Who has heard the most has heard the first of it, and something has to come after that.
  for (const { call, received } of live.toSorted((a, b) => a.received.length - b.received.length)) {
    const [cursor] = /(?<="cursor":")[^"]+/.exec(JSON.stringify(received)) ?? [];
    if (cursor !== undefined && received.length > 1) {
      cursors.set(call.field, { startCursor: cursor, endCursor: cursor });
    }
  }
  return cursors;
}

/** Of errors, and of a socket that was closed. */
function codesOf(failures: readonly unknown[]): string {
  const codes = failures.map((failure) => {
    const { code, extensions } = failure as { code?: number; extensions?: { code?: string } };
    return String(extensions?.code ?? code);
  });
  return [...new Set(codes)].toSorted().join();
}

/** What somebody heard that they must not, and where they were not refused as they have to be. */
function overheard({ acme, globex }: World, { name, attacker, live }: Listener, owners: readonly Live[]): object[] {
  const { identity, hidden } = attacker;
  const secretsIn = finderOf(secretsOf(acme, hidden));
  const ownIn = finderOf(secretsOf(globex, allAreas));
  const isForeign = identity?.companyId !== acme.companyId;
  return live.flatMap(({ call, variables, received, failures }) => {
    const told = toldBy(secretsIn, { call, variables }, [received, failures]);
    const found = { name, call: call.text, received: received.slice(0, 3), failures };
    if (told.length > 0) return [{ ...found, what: `It tells ${told.join(', ')}.` }];
    const refusal = refusalOf(call.root, call.field, identity);
    const codes = codesOf(failures);
    if (refusal !== undefined) {
      // A stranger’s socket is closed before anything is asked.
      const code = identity ? refusal : '4403';
      return codes === code && received.length === 0 ? [] : [{ ...found, what: `It is not refused with ${code}.` }];
    }
    // A partner is refused where something is asked for that they may not see; the same without it is asked as well.
    const isWhole = identity?.kind === 'partner' && graphCalls.includes(call);
    const owner = owners.find((one) => one.call.field === call.field && one.call.way === call.way);
    if (!isWhole && codes !== codesOf(owner?.failures ?? [])) {
      return [{ ...found, what: 'It fails, as its owner’s does not.' }];
    }
    const isOthers =
      isForeign && !figures.has(call.field) && received.some((one) => ownIn(JSON.stringify(one)).length === 0);
    return isOthers ? [{ ...found, what: 'It tells of something that is not the caller’s.' }] : [];
  });
}

/** What changes by itself: who has not been seen for a while is away, and then not there. */
const byTheClock: ReadonlySet<string> = new Set(['presence', 'onlineSeconds', 'awaySeconds']);

/** Whom the counts of their own company were told again, as if something had changed there. */
function recounted({ acme }: World, { name, attacker, live }: Listener): object[] {
  if (attacker.identity?.companyId === acme.companyId) return [];
  const counts = (key: string, value: unknown) => (byTheClock.has(key) ? undefined : value);
  return live.flatMap(({ call, received }) => {
    const different = new Set(received.map((one) => JSON.stringify(one, counts)));
    return figures.has(call.field) && different.size > 1 ? [{ name, call: call.text, received }] : [];
  });
}
