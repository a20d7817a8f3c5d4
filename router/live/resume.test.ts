import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Client } from 'graphql-ws';
import { v7 } from 'uuid';
import { EVENTS } from '#platform/events/streams.ts';
import { collect, type Collected } from '../testing/collect.ts';
import { agent, facts, messageCreated, startWorld, tokenFor, type World } from '../testing/world.ts';
import { encodePosition } from './cursor.ts';

const query = `subscription S($after: String) {
  inboxUpdates(after: $after) { cursor kind conversation { id } message { id } }
}`;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

async function currentCursor(): Promise<string> {
  const { created, state } = await world.nats.manager.streams.info(EVENTS.name);
  return encodePosition({ stream: created, sequence: state.last_seq });
}

/** What happens while events are being published all along. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 15 }) }),
  fc.record({ kind: fc.constant('resume' as const) }),
  fc.record({ kind: fc.constant('leave' as const), after: fc.integer({ min: 0, max: 8 }), abruptly: fc.boolean() }),
);

it('a subscriber who leaves and resumes at random gets every event exactly once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
      // A company of its own for each run, among the events of another.
      const identity = agent({ companyId: v7() });
      const token = await tokenFor(identity);
      const published: string[] = [];
      const seen: string[] = [];
      let cursor = await currentCursor();
      let publishing = Promise.resolve();
      let current: (Collected & { client: Client }) | undefined;

      function publish(count: number): void {
        const conversations = Array.from({ length: count }, () => facts());
        published.push(...conversations.map(({ id }) => id));
        publishing = publishing.then(async () => {
          for (const conversation of conversations) {
            await world.publish([messageCreated(conversation)], identity.companyId);
            await world.publish([messageCreated()], v7());
          }
        });
      }

      function resume(): void {
        if (current) return;
        const client = world.client(token);
        current = Object.assign(collect(client, query, { after: cursor }), { client });
      }

      async function leave(after: number, abruptly: boolean): Promise<void> {
        if (!current) return;
        await current.count(Math.min(after, published.length - seen.length));
        if (abruptly) current.client.terminate();
        else current.stop();
        for (const update of current.updates) {
          seen.push(update.conversation.id);
          cursor = update.cursor;
        }
        current = undefined;
      }

      for (const next of steps) {
        if (next.kind === 'publish') publish(next.count);
        else if (next.kind === 'resume') resume();
        else await leave(next.after, next.abruptly);
      }
      await leave(0, false);
      resume();
      // One more, and it is seen last: whatever comes twice would have come before it.
      publish(1);
      await leave(published.length - seen.length, false);
      await publishing;
      expect(seen).toEqual(published);
    }),
    { numRuns: 40 },
  );
});
