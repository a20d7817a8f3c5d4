import { createInbox } from '@nats-io/nats-core';
import type { NatsPart } from '#platform/events/nats.ts';
import { controlAnswer, CONTROL_SUBJECT, type ControlRequest } from './requests.ts';

/** Longer than who is at it keeps silent. */
const SILENCE_MS = 10_000;

/** Of asking analytics to do something. `code` is stable. */
export class ControlError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ControlError';
    this.code = code;
  }

  static nobody(): ControlError {
    return new ControlError('NOBODY_THERE', 'No analytics service is there to do it: start one on this NATS.');
  }

  static silence(): ControlError {
    return new ControlError(
      'SILENCE',
      'The analytics service says nothing any more. What it was at is whole or not begun, month by month: ask again.',
    );
  }
}

/**
 * Has analytics do something, for as long as it takes.
 *
 * @throws ControlError, `FAILED` with what the service says
 */
export async function ask(
  { connection }: Pick<NatsPart, 'connection'>,
  request: ControlRequest,
  onProgress: (text: string) => void,
): Promise<string> {
  const inbox = createInbox();
  const answers = connection.subscribe(inbox);
  let isSilent = false;
  const silence = setInterval(() => {
    isSilent = true;
    answers.unsubscribe();
  }, SILENCE_MS);
  try {
    connection.publish(CONTROL_SUBJECT, JSON.stringify(request), { reply: inbox });
    for await (const message of answers) {
      if (message.headers?.code === NO_RESPONDERS) throw ControlError.nobody();
      silence.refresh();
      const { kind, text } = controlAnswer.parse(message.json());
      if (kind === 'DONE') return text;
      if (kind === 'FAILED') throw new ControlError('FAILED', text);
      if (kind === 'PROGRESS') onProgress(text);
    }
    throw isSilent ? ControlError.silence() : ControlError.nobody();
  } finally {
    clearInterval(silence);
    answers.unsubscribe();
  }
}

const NO_RESPONDERS = 503;
