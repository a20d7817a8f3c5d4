import type { Msg, Subscription } from '@nats-io/nats-core';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { controlRequest, CONTROL_SUBJECT, type ControlAnswer, type ControlRequest } from './requests.ts';

/** So often who waits is told that somebody is at it. */
const ALIVE_MS = 2_000;

/** Does what is asked, and says how far it is; what it returns is the answer. */
export type Carry = (request: ControlRequest, progress: (text: string) => void, signal: AbortSignal) => Promise<string>;

/** Carries out what operators' commands ask: one process of all, one thing at a time in it. */
export function createControl(options: {
  readonly nats: NatsPart;
  readonly carryOut: Carry;
  readonly logger: Logger;
}): Part {
  const { nats, carryOut } = options;
  const logger = options.logger.child({ part: 'control' });
  let stopping = new AbortController();
  let subscription: Subscription | undefined;
  let loop: Promise<void> = Promise.resolve();

  async function serve(message: Msg): Promise<void> {
    const tell = (kind: ControlAnswer['kind'], text = ''): void => {
      message.respond(JSON.stringify({ kind, text } satisfies ControlAnswer));
    };
    const alive = setInterval(() => tell('ALIVE'), ALIVE_MS);
    try {
      const request = controlRequest.parse(message.json());
      logger.info({ request }, 'an operator asks');
      tell('DONE', await carryOut(request, (text) => tell('PROGRESS', text), stopping.signal));
    } catch (error) {
      logger.error({ err: error }, 'what an operator asked failed');
      tell('FAILED', error instanceof Error ? error.message : String(error));
    } finally {
      clearInterval(alive);
    }
  }

  async function serveAll(asked: Subscription): Promise<void> {
    for await (const message of asked) await serve(message);
  }

  return {
    name: 'control',
    async start() {
      stopping = new AbortController();
      subscription = nats.connection.subscribe(CONTROL_SUBJECT, { queue: 'analytics' });
      loop = serveAll(subscription);
    },
    async stop() {
      stopping.abort();
      subscription?.unsubscribe();
      await loop;
    },
  };
}
