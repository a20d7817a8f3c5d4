import { rename, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { buildManifest } from '#schema/operations/manifest.ts';
import { eventually } from '#test/stack/eventually.ts';
import { collect } from '../testing/collect.ts';
import { agent, facts, messageCreated, startWorld, tokenFor, type World } from '../testing/world.ts';
import { reloadOnSignal } from './supergraphFile.ts';

const manifest = buildManifest(new Map([['caller.graphql', 'query Caller { caller }']]));
const conversation = '{ conversation(id: "1") { id channel { name } } }';
const nicknames = '{ conversation(id: "1") { channel { nickname } } }';

let world: World;
let token: string;
let full: string;
let withoutNicknames: string;

beforeAll(async () => {
  world = await startWorld({ manifest });
  token = await tokenFor();
  full = world.supergraphSdl;
  withoutNicknames = without('nickname');
});
afterAll(() => world.close());
afterEach(async () => {
  world.behaviour.delay = async () => undefined;
  await replaceBy(full);
});

function without(field: string): string {
  const reduced = full.replace(new RegExp(`^ +${field}[(:].*$`, 'm'), '');
  expect(reduced).not.toBe(full);
  return reduced;
}

async function replaceBy(sdl: string): Promise<void> {
  await writeFile(world.supergraphFile, sdl);
  await world.router.reload();
}

const codeOf = ({ errors }: { errors?: readonly { extensions: Record<string, unknown> }[] }) =>
  errors?.[0]?.extensions['code'];

async function counted(metric: string): Promise<number> {
  const text = await world.metrics.text();
  return Number(new RegExp(`^${metric}(?:\\{[^}]*\\})? (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

describe('a supergraph that takes the place of another', () => {
  it('is the one that requests are answered in from then on', async () => {
    expect((await world.post({ query: nicknames }, { token })).errors).toBeUndefined();
    await replaceBy(withoutNicknames);
    expect(codeOf(await world.post({ query: nicknames }, { token }))).toBe('GRAPHQL_VALIDATION_FAILED');
    const socket = collect(world.client(token), nicknames);
    expect((await socket.failed()).code).toBe('GRAPHQL_VALIDATION_FAILED');
    await replaceBy(full);
    expect((await world.post({ query: nicknames }, { token })).errors).toBeUndefined();
  });

  it('fails not one request, over HTTP and over sockets', async () => {
    const client = world.client(token);
    let on = true;
    let answered = 0;
    const failures: unknown[] = [];
    async function repeat(ask: () => Promise<unknown>): Promise<void> {
      while (on) {
        const errors = await ask().catch((error: unknown) => error);
        if (errors !== undefined) failures.push(errors);
        answered += 1;
      }
    }
    const overSocket = () =>
      new Promise<unknown>((resolve, reject) => {
        let errors: unknown;
        client.subscribe(
          { query: conversation },
          { next: (result) => void (errors = result.errors), error: reject, complete: () => resolve(errors) },
        );
      });
    const overHttp = async () => (await world.post({ query: conversation }, { token })).errors;
    const registered = async () => (await world.post({ documentId: manifest.operations[0]?.id }, { token })).errors;
    const traffic = [overHttp, overHttp, registered, overSocket].map(repeat);
    for (let time = 0; time < 6; time++) {
      const before = answered;
      await replaceBy(time % 2 === 0 ? withoutNicknames : full);
      await eventually(() => expect(answered).toBeGreaterThan(before + 20));
    }
    on = false;
    await Promise.all(traffic);

    expect(failures).toEqual([]);
  });

  it('lets what began before end as it began', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let arrived = 0;
    world.behaviour.delay = () => {
      arrived += 1;
      return held;
    };
    const overHttp = world.post({ query: nicknames }, { token });
    const overSocket = collect(world.client(token), `query Other ${nicknames}`);
    await eventually(() => expect(arrived).toBe(2));
    await replaceBy(withoutNicknames);
    release();

    const data = { conversation: { channel: { nickname: null } } };
    expect(await overHttp).toMatchObject({ status: 200, data });
    await overSocket.count(1);
    expect(overSocket.results).toEqual([{ data }]);
  });

  it('has plans for what was asked for before, and for what is registered, when it begins', async () => {
    const query = '{ conversation(id: "warm") { number } }';
    await world.post({ query }, { token });
    await replaceBy(withoutNicknames);
    const planned = await counted('switchboard_router_planning_seconds_count');
    await world.post({ query }, { token });
    await world.post({ documentId: manifest.operations[0]?.id }, { token });

    expect(await counted('switchboard_router_planning_seconds_count')).toBe(planned);
  });

  it('is not taken anew when it is the same', async () => {
    const before = await counted('switchboard_router_supergraphs_total');
    await replaceBy(full);
    expect(await counted('switchboard_router_supergraphs_total')).toBe(before);
  });

  it('is noticed when its file is another, as deployments put it there', async () => {
    await writeFile(`${world.supergraphFile}.new`, withoutNicknames);
    await rename(`${world.supergraphFile}.new`, world.supergraphFile);
    await eventually(async () =>
      expect(codeOf(await world.post({ query: nicknames }, { token }))).toBe('GRAPHQL_VALIDATION_FAILED'),
    );
  });

  it('is read when the process is told to by SIGHUP, and not after its end', async () => {
    let reloads = 0;
    const part = reloadOnSignal({ reload: async () => void (reloads += 1) });
    await part.start();
    process.emit('SIGHUP');
    await part.stop();
    process.emit('SIGHUP');
    expect(reloads).toBe(1);
  });
});

describe('a subscription, when the supergraph becomes another,', () => {
  const updates = (fields: string) =>
    `subscription { inboxUpdates { cursor kind conversation { id ${fields} } message { id } } }`;

  it('goes on when it is still valid, and misses nothing', async () => {
    const identity = agent();
    const client = world.client(await tokenFor(identity));
    const [first, second] = [
      collect(client, updates('channel { name }')),
      collect(client, updates('channel { name }')),
    ];
    const counts = collect(client, 'subscription { inboxCountsUpdates { open } }');
    await world.subscribed('live', 2);
    await counts.count(1);
    const sent: string[] = [];
    for (let time = 0; time < 6; time++) {
      const one = facts();
      sent.push(one.id);
      await world.publish([messageCreated(one)]);
      await replaceBy(time % 2 === 0 ? withoutNicknames : full);
      // Who opened what both share is gone, and the other goes on.
      if (time === 3) first.stop();
    }
    await second.count(6);
    world.behaviour.open += 1;
    await world.publish([messageCreated()]);
    await counts.count(2);

    expect(second.updates.slice(0, 6).map((update) => update.conversation.id)).toEqual(sent);
    expect([second.error, counts.error]).toEqual([undefined, undefined]);
    second.stop();
    counts.stop();
    await world.subscribed('live', 0);
  });

  it('ends with a reason when it is not valid any more, and no other with it', async () => {
    const client = world.client(token);
    const invalid = collect(client, updates('channel { nickname }'));
    const valid = collect(client, updates('number'));
    await world.subscribed('live', 2);
    await replaceBy(withoutNicknames);

    expect((await invalid.failed()).code).toBe('SUBSCRIPTION_SCHEMA_CHANGED');
    await world.subscribed('live', 1);
    await world.publish([messageCreated()]);
    await valid.count(1);
    valid.stop();
    await world.subscribed('live', 0);
  });

  it('ends when it is personal by now, and others of equal rights would get its answers', async () => {
    const client = world.client(token);
    const [shared, own] = [collect(client, updates('number')), collect(client, updates('number unreadCount'))];
    await world.subscribed('live', 2);
    await replaceBy(full.replace(/ number: Int![^\n]*/, '$& @personal'));

    expect((await shared.failed()).code).toBe('SUBSCRIPTION_SCHEMA_CHANGED');
    await world.subscribed('live', 1);
    await world.publish([messageCreated()]);
    await own.count(1);
    own.stop();
    await world.subscribed('live', 0);
  });
});

describe('a supergraph that cannot be', () => {
  beforeEach(async () => {
    await world.post({ query: conversation }, { token });
  });

  it.each([
    ['is no supergraph', () => 'type Query { conversation: Int }'],
    ['was cut off', () => full.slice(0, full.length / 2)],
    ['is empty', () => ''],
    [
      'has a subgraph that runs nowhere',
      () => full.replaceAll('CHANNELS', 'ELSEWHERE').replaceAll('"channels"', '"elsewhere"'),
    ],
    ['has no answer to what the router asks itself', () => without('limitedToTeams')],
    ['is fed from another stream', () => full.replaceAll('subject: "', 'subject: "other.')],
    ['has a subscription that nobody is permitted', () => full.replaceAll('inboxUpdates(', 'boxUpdates(')],
  ])('because it %s is refused, and the one before stays', async (_, make) => {
    const client = world.client(token);
    const live = collect(client, 'subscription { inboxUpdates { cursor kind conversation { id } message { id } } }');
    await world.subscribed('live', 1);
    await replaceBy(make());

    expect((await world.post({ query: nicknames }, { token })).errors).toBeUndefined();
    await world.publish([messageCreated()]);
    await live.count(1);
    live.stop();
    await world.subscribed('live', 0);
  });
});
