import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { localhostCertificate } from '../../testing/localhostCertificate.ts';
import { createLines, type Lines } from './lines.ts';

const patience = { ms: 10_000 };
const KEPT = 'HTTP/1.1 200 OK\r\nkeep-alive: timeout=60\r\ncontent-length: 2\r\n\r\n';

let server: Server;
let lines: Lines;
/** Of the server, in the order in which they came. */
let sockets: Socket[];
/** Requests that came, and what answers them. */
let asked: { readonly text: string; readonly socket: Socket }[];
let answer: ((socket: Socket, text: string) => void) | undefined;

beforeEach(async () => {
  [sockets, asked, answer] = [[], [], undefined];
  server = createServer((socket) => {
    sockets.push(socket);
    socket.setEncoding('latin1').on('error', () => undefined);
    socket.on('data', (text: string) => {
      asked.push({ text, socket });
      answer?.(socket, text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  lines = linesTo((server.address() as AddressInfo).port);
});
afterEach(() => {
  lines.close();
  for (const socket of sockets) socket.destroy();
  server.close();
});

function linesTo(port: number, origin = 'http://127.0.0.1'): Lines {
  return createLines({
    url: new URL(`${origin}:${String(port)}`),
    connections: 2,
    connectTimeoutMs: 5_000,
    maxReplyBytes: 1_000,
  });
}

const ask = (text: string, given: Parameters<Lines['exchange']>[1] = patience) => lines.exchange(text, given);
const count = (requests: number) => eventually(() => expect(asked).toHaveLength(requests));

describe('requests to one server', () => {
  it('go over one connection when they come one after another', async () => {
    answer = (socket, text) => socket.write(KEPT + text);
    const replies = [await ask('aa'), await ask('bb'), await ask('cc')];
    expect(replies.map(({ text }) => text)).toEqual(['aa', 'bb', 'cc']);
    expect(sockets).toHaveLength(1);
  });

  it('have so many connections and no more: the others wait for their turn', async () => {
    const replies = Promise.all(['aa', 'bb', 'cc', 'dd'].map((text) => ask(text)));
    await count(2);
    answer = (socket, text) => socket.write(KEPT + text);
    for (const { socket, text } of asked.slice(0, 2)) socket.write(KEPT + text);
    expect((await replies).map(({ text }) => text)).toEqual(['aa', 'bb', 'cc', 'dd']);
    expect(sockets).toHaveLength(2);
  });

  it('are sent as they are, in whatever alphabet', async () => {
    answer = (socket) => socket.write(`${KEPT}ok`);
    await lines.exchange(Buffer.from('größe 🙂'), patience);
    expect(Buffer.from(asked[0]?.text ?? '', 'latin1').toString()).toBe('größe 🙂');
  });

  it.each([
    ['says that it closes', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n'],
    ['waits for a second only', 'HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 2\r\n\r\n'],
  ])('have a new connection each where the server %s', async (_, head) => {
    answer = (socket, text) => socket.write(head + text);
    await ask('aa');
    await ask('bb');
    expect(sockets).toHaveLength(2);
  });

  it('have a new connection when the server has closed the one before', async () => {
    answer = (socket, text) => socket.end(KEPT + text);
    await ask('aa');
    const [first] = sockets;
    await eventually(() => expect(first?.closed).toBe(true));
    await eventually(async () => expect(await ask('bb')).toMatchObject({ text: 'bb' }));
  });

  it('take a body that the end of the connection ends', async () => {
    answer = (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it');
    expect(await ask('aa')).toMatchObject({ text: 'all of it' });
  });
});

describe('a request fails', () => {
  it.each([
    ['before anything came', ''],
    ['in the middle of the head', 'HTTP/1.1 200'],
    ['in the middle of the body', `${KEPT}a`],
  ])('when the connection ends %s, and the next one has a new one', async (_, begun) => {
    answer = (socket) => socket.end(begun);
    await expect(ask('aa')).rejects.toMatchObject({ code: 'ECONNRESET' });
    answer = (socket, text) => socket.write(KEPT + text);
    expect(await ask('bb')).toMatchObject({ text: 'bb' });
  });

  it('when nobody listens', async () => {
    const { port } = server.address() as AddressInfo;
    server.close();
    const others = linesTo(port);
    await expect(others.exchange('aa', patience)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it.each([
    ['no reply', 'nonsense\r\n\r\n'],
    ['a reply that is too long', 'HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n'],
    ['two replies', `${KEPT}ok${KEPT}`],
  ])('when %s comes, and its connection is not used again', async (_, text) => {
    answer = (socket) => socket.write(text);
    await expect(ask('aa')).rejects.toMatchObject({ name: 'ReplyError' });
    await eventually(() => expect(sockets[0]?.closed).toBe(true));
  });

  it('when it takes too long, and what waits behind it goes on', async () => {
    answer = (socket, text) => void (text === 'ok' && socket.write(KEPT + text));
    const slow = Promise.allSettled([ask('aa', { ms: 50 }), ask('bb', { ms: 50 })]);
    expect(await ask('ok')).toMatchObject({ text: 'ok' });
    expect((await slow).map((one) => one.status === 'rejected' && String(one.reason))).toEqual(
      Array(2).fill('Error: no answer within 50 ms'),
    );
  });

  it('when nobody waits for it any more, and what waits behind it goes on', async () => {
    const leaving = new AbortController();
    const left = Promise.allSettled(['aa', 'bb'].map((text) => ask(text, { ms: 10_000, signal: leaving.signal })));
    await count(2);
    answer = (socket, text) => socket.write(KEPT + text);
    const next = ask('cc');
    leaving.abort();
    expect((await left).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await next).toMatchObject({ text: 'cc' });
  });

  it('without a connection when it was given up before it had one', async () => {
    const held = [ask('aa'), ask('bb')];
    await count(2);
    await expect(ask('cc', { ms: 10 })).rejects.toThrow('no answer within 10 ms');
    await expect(ask('dd', { ms: 10, signal: AbortSignal.abort() })).rejects.toThrow('nobody waits');
    for (const { socket, text } of asked) socket.write(KEPT + text);
    await Promise.all(held);
    answer = (socket, text) => socket.write(KEPT + text);
    expect(await ask('ee')).toMatchObject({ text: 'ee' });
    expect(asked.map(({ text }) => text)).toEqual(['aa', 'bb', 'ee']);
  });

  it('when the connections are closed, under way, waiting, or new', async () => {
    const held = ['aa', 'bb', 'cc'].map((text) => ask(text));
    await count(2);
    lines.close();
    const late = ask('dd');
    const settled = await Promise.allSettled([...held, late]);
    expect(settled.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
  });
});

it('a reply that nobody has asked for ends its connection', async () => {
  answer = (socket, text) => socket.write(KEPT + text);
  await ask('aa');
  sockets[0]?.write(`${KEPT}no`);
  await eventually(() => expect(sockets[0]?.closed).toBe(true));
  expect(await ask('bb')).toMatchObject({ text: 'bb' });
});

describe('a server that is asked over TLS', () => {
  let secure: Server;
  let secureLines: Lines;
  const vouched = getCACertificates();
  const received: string[] = [];

  beforeEach(async () => {
    secure = createSecureServer(localhostCertificate, (socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => {
        received.push(bytes.toString());
        socket.write(`${KEPT}ok`);
      });
    });
    secure.listen(0, 'localhost');
    await once(secure, 'listening');
    secureLines = linesTo((secure.address() as AddressInfo).port, 'https://localhost');
  });
  afterEach(() => {
    setDefaultCACertificates(vouched);
    secureLines.close();
    secure.close();
  });

  it('is asked when it proves who it is', async () => {
    setDefaultCACertificates([localhostCertificate.cert]);
    expect(await secureLines.exchange('aa', patience)).toMatchObject({ text: 'ok' });
    expect(await secureLines.exchange('bb', patience)).toMatchObject({ text: 'ok' });
    expect(sockets).toHaveLength(1);
  });

  it('is told nothing when nobody vouches for it', async () => {
    received.length = 0;
    await expect(secureLines.exchange('secret', patience)).rejects.toMatchObject({
      code: expect.stringMatching('SELF_SIGNED'),
    });
    expect(received).toEqual([]);
  });
});
