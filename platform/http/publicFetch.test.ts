import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { publicLookup, type Lookup } from './publicConnector.ts';
import { createPublicFetch, type FetchOptions, type PublicFetch } from './publicFetch.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const answers = new Map<string, Answer>();
const arrived: IncomingMessage[] = [];
const server = createServer((request, response) => {
  arrived.push(request);
  const answer = answers.get(new URL(request.url ?? '/', 'http://x').pathname);
  if (answer) answer(request, response);
  else response.writeHead(404).end();
});
const names: Record<string, string[]> = {
  'inside.example': ['127.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'six.example': ['::1', '::ffff:10.0.0.1'],
};
const lookup: Lookup = (hostname, _options, callback) => {
  const found = names[hostname];
  if (found) callback(null, found.map(addressOf));
  else callback(Object.assign(new Error(`no ${hostname}`), { code: 'ENOTFOUND' }), []);
};
const addressOf = (address: string): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 });

let origin: string;
let port: number;
const fetchers: PublicFetch[] = [];

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  origin = `http://127.0.0.1:${String(port)}`;
});
afterAll(async () => {
  for (const fetcher of fetchers) await fetcher.stop();
  server.closeAllConnections();
  server.close();
});

async function open(options: Partial<Parameters<typeof createPublicFetch>[0]> = {}): Promise<PublicFetch> {
  const fetcher = createPublicFetch({ trustedOrigins: [`${origin}/some/path`], lookup, ...options });
  fetchers.push(fetcher);
  await fetcher.start();
  return fetcher;
}

/** What a fetch from the trusted server gives, or the code that it fails with. */
async function fetched(path: string, options: Partial<FetchOptions> = {}): Promise<unknown> {
  const fetcher = await open({ limitMs: 30_000 });
  try {
    const { bytes, url } = await fetcher.fetch(path.startsWith('/') ? origin + path : path, {
      maxBytes: 1_000,
      ...options,
    });
    return { text: String(bytes), at: url.pathname };
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

describe('a file at an address that somebody gave', () => {
  it('is fetched from an origin that the operator trusts, whatever its size up to the limit', async () => {
    for (const size of [0, 1, 999, 1_000]) {
      answers.set('/file', (_request, response) => response.end('x'.repeat(size)));
      expect(await fetched('/file')).toEqual({ text: 'x'.repeat(size), at: '/file' });
    }
  });

  it.each([
    ['a number', () => `http://2130706433:${String(port)}/`],
    ['hexadecimal', () => `http://0x7f.0x0.0x0.0x1:${String(port)}/`],
    ['octal', () => `http://0177.0.0.01:${String(port)}/`],
    ['short', () => `http://127.1:${String(port)}/`],
    ['another address of this machine', () => `http://127.0.0.2:${String(port)}/`],
    ['IPv6', () => `http://[::1]:${String(port)}/`],
    ['IPv4 in IPv6', () => `http://[::ffff:127.0.0.1]:${String(port)}/`],
    ['IPv4 in IPv6, hexadecimal', () => `http://[::ffff:7f00:1]:${String(port)}/`],
    ['a cloud’s metadata', () => 'http://169.254.169.254/latest/meta-data/'],
    ['a private network', () => 'https://192.168.0.1/'],
    ['a name that resolves to this machine', () => `http://inside.example:${String(port)}/`],
    ['a name that resolves to a cloud’s metadata', () => 'http://metadata.example/'],
    ['a name that resolves to IPv6 of this machine', () => 'https://six.example/'],
    ['a file', () => 'file:///etc/passwd'],
    ['data', () => 'data:text/plain,hello'],
    ['credentials', () => `http://user:secret@127.0.0.1:${String(port)}/`],
  ])('is refused without a connection: %s', async (_what, address) => {
    const before = arrived.length;
    const fetcher = await open({ trustedOrigins: [] });
    const failed = fetcher.fetch(address(), { maxBytes: 10 });
    await expect(failed).rejects.toMatchObject({ code: 'FORBIDDEN_ADDRESS' });
    expect(arrived).toHaveLength(before);
  });

  it('is refused at another port or by another protocol of a trusted origin', async () => {
    expect(await fetched('http://127.0.0.1:1/')).toBe('FORBIDDEN_ADDRESS');
    expect(await fetched(`https://127.0.0.1:${String(port)}/`)).toBe('FORBIDDEN_ADDRESS');
  });

  it('is refused in every form of an address of this machine or a private network', async () => {
    const fetcher = await open();
    const bytes = fc.tuple(fc.constantFrom(10, 127), fc.nat(255), fc.nat(255), fc.nat(255));
    const forms = bytes.chain(([a, b, c, d]) => {
      const number = ((a * 256 + b) * 256 + c) * 256 + d;
      const groups = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
      return fc.constantFrom(
        `${a}.${b}.${c}.${d}`,
        `${a}.${b}.${c * 256 + d}`,
        String(number),
        `0x${number.toString(16)}`,
        `0${number.toString(8)}`,
        `0x${a.toString(16)}.0${b.toString(8)}.${c}.${d}`,
        `[::ffff:${a}.${b}.${c}.${d}]`,
        `[::${groups}]`,
        `[64:ff9b::${groups}]`,
        `[2002:${groups}::]`,
      );
    });
    await fc.assert(
      fc.asyncProperty(forms, fc.constantFrom('http', 'https'), async (host, protocol) => {
        const failed = fetcher.fetch(`${protocol}://${host}:1/`, { maxBytes: 10 });
        await expect(failed).rejects.toMatchObject({ code: 'FORBIDDEN_ADDRESS' });
      }),
    );
  });

  it('is refused behind a redirection too', async () => {
    const targets = ['http://169.254.169.254/', 'http://inside.example/', 'file:///etc/passwd', '//10.0.0.1/x'];
    for (const location of targets) {
      answers.set('/moved', (_request, response) => response.writeHead(302, { location }).end('x'.repeat(100)));
      expect(await fetched('/moved')).toBe('FORBIDDEN_ADDRESS');
    }
  });

  it('is followed through five redirections, and no more', async () => {
    for (let hop = 1; hop <= 6; hop++) {
      answers.set(`/hop${hop}`, (_request, response) =>
        response.writeHead(307, { location: hop === 1 ? '/end' : `hop${hop - 1}` }).end(),
      );
    }
    answers.set('/end', (_request, response) => response.end('here'));
    expect(await fetched('/hop5')).toEqual({ text: 'here', at: '/end' });
    expect(await fetched('/hop6')).toBe('NOT_FOUND');
  });

  it('gets the headers that are meant for its origin, and no other origin gets them', async () => {
    const other = createServer((request, response) => response.end(String(request.headers.authorization)));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const elsewhere = `http://127.0.0.1:${String((other.address() as AddressInfo).port)}`;
    answers.set('/same', (_request, response) => response.writeHead(302, { location: '/told' }).end());
    answers.set('/told', (request, response) => response.end(String(request.headers.authorization)));
    answers.set('/away', (_request, response) => response.writeHead(302, { location: elsewhere }).end());
    const headers = { authorization: 'Bearer secret' };
    const fetcher = await open({ trustedOrigins: [origin, elsewhere] });
    const text = async (path: string) => String((await fetcher.fetch(origin + path, { headers, maxBytes: 100 })).bytes);
    expect(await text('/same')).toBe('Bearer secret');
    expect(await text('/away')).toBe('undefined');
    other.close();
  });

  it('can be left alone behind a redirection, and says everywhere who asks', async () => {
    answers.set('/agent', (request, response) => response.end(String(request.headers['user-agent'])));
    answers.set('/to-agent', (_request, response) => response.writeHead(302, { location: '/agent' }).end());
    const asked: string[] = [];
    const beforeRedirect = async ({ pathname }: URL): Promise<void> => {
      asked.push(pathname);
      if (asked.length > 1) throw new Error('not there');
    };
    const options = { userAgent: 'Tester/1.0', beforeRedirect };
    expect(await fetched('/to-agent', options)).toEqual({ text: 'Tester/1.0', at: '/agent' });
    const fetcher = await open();
    await expect(fetcher.fetch(`${origin}/to-agent`, { maxBytes: 100, ...options })).rejects.toThrow('not there');
    expect(asked).toEqual(['/agent', '/agent']);
  });

  it('is too large by what it says, by what comes although it says less, and without a word', async () => {
    answers.set('/said', (_request, response) => response.writeHead(200, { 'content-length': 1_001 }).write('x'));
    answers.set('/silent', (_request, response) => {
      response.write('x'.repeat(600));
      response.end('x'.repeat(600));
    });
    answers.set('/endless', (_request, response) => {
      const more = (): void => void (response.destroyed || response.write('x'.repeat(10_000), more));
      more();
    });
    for (const path of ['/said', '/silent', '/endless']) expect(await fetched(path)).toBe('TOO_LARGE');
  });

  it('can be read as it comes, with what is said of it', async () => {
    answers.set('/film', (_request, response) =>
      response.writeHead(200, { 'content-length': 4, 'content-type': 'video/mp4' }).end('film'),
    );
    answers.set('/to-film', (_request, response) => response.writeHead(302, { location: '/film' }).end());
    const fetcher = await open();
    const { stream, ...said } = await fetcher.open(`${origin}/to-film`, { maxBytes: 4 });
    expect(await buffer(stream)).toEqual(Buffer.from('film'));
    expect(said).toEqual({ size: 4, mimeType: 'video/mp4', encoding: null, url: new URL(`${origin}/film`) });
    await expect(fetcher.open(`${origin}/film`, { maxBytes: 3 })).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await expect(fetcher.open(`${origin}/missing`, { maxBytes: 3 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('fails while it is read when it is larger than it may be, or breaks off', async () => {
    answers.set('/half', (_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('x', () => response.destroy());
    });
    answers.set('/chunked', (_request, response) => {
      response.write('x'.repeat(600));
      response.end('x'.repeat(600));
    });
    const fetcher = await open();
    const chunked = await fetcher.open(`${origin}/chunked`, { maxBytes: 1_000 });
    expect(chunked).toMatchObject({ size: null, mimeType: null });
    await expect(buffer(chunked.stream)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    const half = await fetcher.open(`${origin}/half`, { maxBytes: 1_000 });
    await expect(buffer(half.stream)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it.each([
    [401, 'NOT_FOUND'],
    [403, 'NOT_FOUND'],
    [404, 'NOT_FOUND'],
    [410, 'NOT_FOUND'],
    [204, 'NOT_FOUND'],
    [302, 'NOT_FOUND'],
    [408, 'UNAVAILABLE'],
    [429, 'UNAVAILABLE'],
    [500, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
  ])('answered with %i is %s', async (status, code) => {
    answers.set('/status', (_request, response) => response.writeHead(status).end());
    expect(await fetched('/status')).toBe(code);
  });

  it('is unavailable when it comes too slowly, breaks off, or its name is not known', async () => {
    answers.set('/silence', () => undefined);
    answers.set('/slow', (_request, response) => response.writeHead(200).write('x'));
    answers.set('/broken', (_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('x', () => response.destroy());
    });
    const hasty = await open({ limitMs: 200 });
    for (const path of ['/silence', '/slow']) {
      await expect(hasty.fetch(origin + path, { maxBytes: 10 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
    expect(await fetched('/broken')).toBe('UNAVAILABLE');
    expect(await fetched('http://nowhere.example/')).toBe('UNAVAILABLE');
    expect(await fetched('not an address')).toBe('NOT_FOUND');
  });

  it('is given up when nobody waits for it any more', async () => {
    const aborter = new AbortController();
    answers.set('/wait', () => aborter.abort());
    const fetcher = await open();
    const failed = fetcher.fetch(`${origin}/wait`, { maxBytes: 10, signal: aborter.signal });
    await expect(failed).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('comes as it is: packed answers are not asked for and not unpacked', async () => {
    answers.set('/packed', (request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(String(request.headers['accept-encoding'])),
    );
    expect(await fetched('/packed')).toEqual({ text: 'identity', at: '/packed' });
  });
});

describe('of the addresses of a name', () => {
  const resolved = async (addresses: string[], all: boolean): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const find = publicLookup((_hostname, _options, callback) => callback(null, addresses.map(addressOf)));
      find('a.example', { all }, (error, ...found) => (error ? reject(error) : resolve(found)));
    });

  it('those of the open internet are connected to', async () => {
    const mixed = ['10.0.0.1', '8.8.8.8', '::1', '2001:4860:4860::8888'];
    expect(await resolved(mixed, true)).toEqual([[addressOf('8.8.8.8'), addressOf('2001:4860:4860::8888')]]);
    expect(await resolved(mixed, false)).toEqual(['8.8.8.8', 4]);
  });

  it('none is, when there is no such one', async () => {
    await expect(resolved(['10.0.0.1'], true)).rejects.toMatchObject({ code: 'FORBIDDEN_ADDRESS' });
    await expect(resolved([], true)).rejects.toMatchObject({ code: 'FORBIDDEN_ADDRESS' });
  });
});
