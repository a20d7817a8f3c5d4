import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { telegramToFacts } from '#channels/platforms/telegram/toFacts.ts';
import { createCustomers } from './customers.ts';
import { sendTraffic, telegramTarget, type TrafficOptions } from './traffic.ts';

const channel = { id: '01890a5d-ac96-774b-bcce-b302099a8057', externalId: '4242' };

describe('the demo’s customers', () => {
  it('write what a channel understands, each message once', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (numbers) => {
        const customers = createCustomers(() => Number(numbers.next().value));
        const updates = Array.from({ length: 50 }, () => customers.next());
        expect(new Set(updates.map(({ externalId }) => externalId)).size).toBe(updates.length);
        for (const { externalId, body } of updates) {
          const [fact] = telegramToFacts(channel, JSON.parse(body));
          expect(fact).toMatchObject({ kind: 'message', data: { externalMessageId: externalId } });
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('the demo’s traffic', () => {
  let server: Server;
  let arrived: { secret: string | string[] | undefined; updateId: number }[];
  let statuses: number[];

  beforeEach(async () => {
    arrived = [];
    statuses = [];
    server = createServer((request, response) => {
      void json(request).then((body) => {
        const { update_id: updateId } = body as { update_id: number };
        arrived.push({ secret: request.headers['x-telegram-bot-api-secret-token'], updateId });
        response.writeHead(statuses.shift() ?? 200).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  function send(overrides: Partial<TrafficOptions> = {}) {
    const { port } = server.address() as AddressInfo;
    const target = telegramTarget(`http://127.0.0.1:${port}/`, 'marked');
    const customers = createCustomers();
    return sendTraffic({
      rate: 100,
      durationMs: 300,
      repeated: 0,
      signal: new AbortController().signal,
      next: () => ({ target, update: customers.next() }),
      onProgress: () => undefined,
      ...overrides,
    });
  }

  it('sends what the rate and the time ask for, with the secret', async () => {
    const result = await send();
    expect(result).toMatchObject({ sent: 30, acknowledged: 30, others: 0, neverAcknowledgedIds: [] });
    expect(result.acknowledgedIds).toHaveLength(30);
    expect(arrived).toHaveLength(30);
    expect(new Set(arrived.map(({ secret }) => secret))).toEqual(new Set(['marked']));
  });

  it('sends the same update again until it is answered 200', async () => {
    statuses = [503, 503, 500];
    const result = await send();
    expect(result).toMatchObject({ acknowledged: 30, others: 3, neverAcknowledgedIds: [] });
    expect(arrived).toHaveLength(33);
    expect(new Set(arrived.map(({ updateId }) => updateId)).size).toBe(30);
  });

  it('counts a message that is repeated once', async () => {
    const result = await send({ repeated: 1 });
    expect(arrived).toHaveLength(60);
    expect(result).toMatchObject({ sent: 30, acknowledged: 30 });
  });

  it('says what was never answered 200', async () => {
    statuses = Array.from({ length: 1_000 }, () => 503);
    const result = await send({ durationMs: 50, patienceMs: 100 });
    expect(result.acknowledged).toBe(0);
    expect(result.neverAcknowledgedIds).toHaveLength(5);
  });

  it('ends early when it is told to', async () => {
    const result = await send({ durationMs: 60_000, signal: AbortSignal.timeout(100) });
    expect(result.sent).toBeLessThan(100);
    expect(result.acknowledged).toBe(result.sent);
  });
});
