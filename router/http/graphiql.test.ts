import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { readOperations } from '#schema/operations/manifest.ts';
import { startWorld, type World } from '../testing/world.ts';
import { renderGraphiql } from './graphiql.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ graphiql: { demoToken: 'demo-token' } });
});
afterAll(() => world.close());

/** As browsers do. */
function visit(search = '') {
  return request(`${world.router.url()}/graphql${search}`, {
    headers: { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' },
  });
}

/** The page without what the package brings. */
function ownPart(page: string): string {
  return page.slice(page.lastIndexOf('<script>'));
}

describe('the page for browsers', () => {
  it.each(['', '?query=%7B+viewer+%7D'])('is served at /graphql%s', async (search) => {
    const { statusCode, headers, body } = await visit(search);
    const page = await body.text();
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.slice(0, 200)).toContain('<title>Switchboard</title>');
  });

  it('has the examples as tabs, and the demo token filled in', async () => {
    const page = ownPart(await (await visit()).body.text());
    for (const example of readOperations('examples').values()) expect(page).toContain(JSON.stringify(example));
    expect(page).toContain('Bearer demo-token');
  });

  it('may ask no other host for anything', async () => {
    const { headers, body } = await visit();
    await body.dump();
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toMatch(/https?:|wss?:|\*/);
  });

  it('keeps a closing tag within an example from ending its script', async () => {
    const page = await renderGraphiql({ examples: ['# </script><script>alert(1)</script>\n{ a }'], token: undefined });
    expect(page.includes('</script><script>alert(1)')).toBe(false);
    expect(ownPart(page)).toContain('Bearer <paste a token here>');
  });

  it('is not in the way of programs', async () => {
    const { statusCode, body } = await request(`${world.router.url()}/graphql?query=%7B__typename%7D`, {
      headers: { accept: 'application/json', 'apollo-require-preflight': '1' },
    });
    expect([statusCode, await body.json()]).toEqual([200, { data: { __typename: 'Query' } }]);
  });
});
