import type { Reply } from './replyReader.ts';

/** How long somebody waits for a reply, wherever it is by then, and whether they still do. */
export interface Patience {
  readonly ms: number;
  readonly signal?: AbortSignal | undefined;
}

/** A request, and who waits for its reply. */
export class Exchange {
  /** As it is sent: a text is in Latin-1. */
  readonly request: string | Buffer;
  readonly #resolve: (reply: Reply) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal | undefined;
  #stop: (() => void) | undefined;
  #isOver = false;

  constructor(
    request: string | Buffer,
    { ms, signal }: Patience,
    { resolve, reject }: { readonly resolve: (reply: Reply) => void; readonly reject: (reason: unknown) => void },
  ) {
    this.request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#signal = signal;
    this.#timer = setTimeout(this.#giveUp, ms, `no answer within ${String(Math.round(ms))} ms`);
    signal?.addEventListener('abort', this.#leave, { once: true });
    if (signal?.aborted) this.#leave();
  }

  /** Nobody waits for it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** @param stop Called when it is given up before its end. */
  begin(stop: () => void): void {
    this.#stop = stop;
  }

  succeed(reply: Reply): void {
    if (this.#settle()) this.#resolve(reply);
  }

  fail(reason: unknown): void {
    if (this.#settle()) this.#reject(reason);
  }

  readonly #giveUp = (reason: string): void => {
    const stop = this.#stop;
    this.fail(new Error(reason));
    stop?.();
  };

  readonly #leave = (): void => this.#giveUp('nobody waits for it any more');

  #settle(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#stop = undefined;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#leave);
    return true;
  }
}
