import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { startWorld, tokenFor, type World } from '../testing/world.ts';

let world: World;
let token: string;

beforeAll(async () => {
  world = await startWorld();
  token = await tokenFor();
});
afterAll(() => world.close());

/** As an application asks: with a token, and with the header that no foreign page can make a browser send. */
function ask(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  headers.set('apollo-require-preflight', 'true');
  return fetch(url, { ...init, headers });
}

describe('GraphQL over HTTP, by the audits of its specification', () => {
  const audits = serverAudits({ url: () => `${world.router.url()}/graphql`, fetchFn: ask });

  it.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (_, audit) => {
    const { status, ...result } = await audit.fn();
    expect([status, 'reason' in result ? result.reason : undefined]).toEqual(['ok', undefined]);
  });

  it('are as many as the specification has', () => {
    expect(audits).toHaveLength(61);
  });
});
