/** Something that is said to a model. */
export interface ChatMessage {
  readonly role: 'system' | 'user';
  readonly content: string;
}

export interface Completion {
  readonly text: string;
  /** Whether the model chose the action in place of an answer. */
  readonly stepsAside: boolean;
  /** As the endpoint counts them; where it does not, by the length of the texts. */
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** A language model. */
export interface ChatModel {
  readonly name: string;
  /** Tokens that an answer has at the most. */
  readonly maxTokens: number;
  /**
   * @param options.onText Is told the text so far, as it comes.
   * @throws ChatError, or the reason of `signal` when that aborts.
   */
  complete(
    messages: readonly ChatMessage[],
    options: { readonly signal: AbortSignal; readonly onText?: ((text: string) => void) | undefined },
  ): Promise<Completion>;
}

/** The model gave no answer. `REFUSED`: it never will to this; else it may another time. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: 'REFUSED' | 'UNAVAILABLE' | 'TIMEOUT' | 'UNREADABLE';

  private constructor(code: ChatError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static status(url: string, status: number, reason: string): ChatError {
    const code = status === 400 || status === 413 || status === 422 ? 'REFUSED' : 'UNAVAILABLE';
    return new ChatError(
      code,
      `${url} answered ${status} (${reason}): check CHAT_MODEL_URL, CHAT_MODEL and CHAT_MODEL_API_KEY`,
    );
  }

  static unreachable(url: string, cause: unknown): ChatError {
    return new ChatError('UNAVAILABLE', `${url} does not answer: is CHAT_MODEL_URL right?`, { cause });
  }

  static timeout(url: string, ms: number): ChatError {
    return new ChatError('TIMEOUT', `${url} said nothing for too long, or not all within ${ms} ms`);
  }

  static unreadable(url: string, problem: string): ChatError {
    return new ChatError('UNREADABLE', `${url} gave no usable answer (${problem}): check CHAT_MODEL`);
  }
}

/** Roughly four letters to a token, in most languages less: so budgets are rather used up too soon. */
export function tokensIn(text: string): number {
  return Math.ceil(text.length / 3);
}
