import { request } from 'undici';
import { eventually } from '#test/stack/eventually.ts';
import type { Answer } from './world.ts';

interface StreamEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** A stream of events, read as it comes, with all that came. */
export interface OpenStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly events: StreamEvent[];
  /** The answers among the events. */
  readonly answers: Answer[];
  readonly heartbeats: number;
  /** How it ended: by the server's own end, or cut. */
  readonly ending: 'ended' | 'cut' | undefined;
  /** Reads nothing until it is resumed. */
  pause(): void;
  resume(): void;
  /** Resolves when there are so many answers. */
  count(number: number): Promise<void>;
  /** Resolves when the server has ended it, or cut it. */
  over(): Promise<'ended' | 'cut'>;
  leave(): void;
}

/** Asks for a stream of events, without a client's help. */
export async function openStream(
  url: string,
  body: object | undefined,
  headers: Record<string, string | undefined>,
): Promise<OpenStream> {
  const given = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const leaving = new AbortController();
  const response = await request(url, {
    method: body ? 'POST' : 'GET',
    headers: {
      accept: 'text/event-stream',
      ...(body && { 'content-type': 'application/json' }),
      ...Object.fromEntries(given),
    },
    body: body ? JSON.stringify(body) : null,
    signal: leaving.signal,
  });
  const events: StreamEvent[] = [];
  let heartbeats = 0;
  let ending: OpenStream['ending'];
  let rest = '';
  response.body.setEncoding('utf8');
  response.body.on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.split(':', 1)[0] ?? '', line.replace(/^\w*: ?/, '')]),
      );
      if (fields.has('event')) {
        events.push({ event: fields.get('event') ?? '', id: fields.get('id'), data: fields.get('data') ?? '' });
      } else heartbeats += 1;
    }
  });
  response.body.on('end', () => (ending = 'ended'));
  response.body.on('error', () => (ending ??= 'cut'));

  return {
    status: response.statusCode,
    headers: response.headers,
    events,
    get answers() {
      return events.filter(({ event }) => event === 'next').map(({ data }) => JSON.parse(data) as Answer);
    },
    get heartbeats() {
      return heartbeats;
    },
    get ending() {
      return ending;
    },
    pause: () => void response.body.pause(),
    resume: () => void response.body.resume(),
    async count(number) {
      await eventually(() => {
        const { length } = events.filter(({ event }) => event === 'next');
        if (length < number) throw new Error(`${length} of ${number} answers`);
      });
    },
    over: async () =>
      eventually(() => {
        if (ending === undefined) throw new Error('the stream goes on');
        return ending;
      }),
    leave: () => leaving.abort(),
  };
}
