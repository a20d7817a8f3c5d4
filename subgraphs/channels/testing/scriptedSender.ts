import type {
  Account,
  OutgoingPart,
  Pace,
  PartChange,
  ReviseResult,
  SendOptions,
  SendResult,
  Sender,
  Signal,
} from '../platforms/outbound.ts';

export interface ScriptedSend {
  readonly part: OutgoingPart;
  readonly options: SendOptions;
  readonly channelId: string;
  readonly humanAgent: boolean;
}

/**
 * A platform in this process: texts are cut at `|`, every file goes by itself, and each send does what the script says
 * next, or is taken.
 */
export function createScriptedSender({
  confirms,
  revises = false,
}: {
  readonly confirms: boolean;
  readonly revises?: boolean;
}) {
  const sent: ScriptedSend[] = [];
  const signals: { readonly threadExternalId: string; readonly signal: Signal }[] = [];
  const script: ((account: Account, number: number) => SendResult | Promise<SendResult>)[] = [];

  const changes: (PartChange & { readonly channelId: string })[] = [];
  const changeScript: ReviseResult[] = [];

  let paces: readonly Pace[] = [];

  const sender: Sender = {
    confirms,
    parts: ({ text, files }) => [
      ...(text ?? '')
        .split('|')
        .filter((piece) => piece !== '')
        .map((piece) => ({ text: piece })),
      ...files.map((file) => ({ file, caption: null })),
    ],
    paces: () => paces,
    async send(account, part, options) {
      const number = sent.push({ part, options, channelId: account.channelId, humanAgent: options.humanAgent });
      const step = script.shift();
      return step ? step(account, number) : { kind: 'sent', externalMessageId: `external-${String(number)}` };
    },
    ...(revises && {
      async revise(account, change) {
        changes.push({ ...change, channelId: account.channelId });
        return changeScript.shift() ?? { kind: 'done' };
      },
    }),
    async signal(_account, threadExternalId, signal) {
      signals.push({ threadExternalId, signal });
    },
  };
  return {
    sender,
    /** Every call, oldest first, whatever became of it. */
    sent,
    signals,
    /** Every change of what was sent, oldest first, whatever became of it. */
    changes,
    /** What becomes of the next changes, one after another. */
    nextChange: (...steps: readonly ReviseResult[]) => void changeScript.push(...steps),
    /** What holds for all sends from now on; nothing does without one. */
    pace: (...held: readonly Pace[]) => {
      paces = held;
    },
    /** What becomes of the next sends, one after another. */
    next: (...steps: (SendResult | (typeof script)[number])[]) => {
      script.push(...steps.map((step) => (typeof step === 'function' ? step : () => step)));
    },
  };
}
