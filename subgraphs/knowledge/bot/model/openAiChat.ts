import { z } from 'zod';
import { pause } from '#platform/lifecycle/backoff.ts';
import { ChatError, tokensIn, type ChatMessage, type ChatModel, type Completion } from './chatModel.ts';
import { eventsOf } from './eventStream.ts';

export interface ChatConfig {
  /** Base address of an OpenAI-compatible API, e.g. `https://api.openai.com/v1`. */
  readonly url: string;
  readonly model: string;
  readonly apiKey?: string | undefined;
  /** Milliseconds for an answer, from the request to its end. */
  readonly timeoutMs: number;
  /** Tokens that each company has a day. */
  readonly dailyTokens: number;
}

/** The only thing that the model can do: an action, so that no phrase of a text is ever taken for it. */
export const STEP_ASIDE = 'step_aside';
const MAX_TOKENS = 600;
/** An endpoint that is silent for so long has forgotten us. */
const SILENCE_MS = 10_000;
const LONGEST_WAIT_MS = 2_000;
const TRIES = 2;

const tools = [
  {
    type: 'function',
    function: {
      name: STEP_ASIDE,
      description: 'Leaves the question to a person, when the passages do not answer it.',
      parameters: { type: 'object', properties: {}, additionalProperties: false },
    },
  },
] as const;

const chunkModel = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            tool_calls: z.array(z.object({ function: z.object({ name: z.string().nullish() }).nullish() })).nullish(),
          })
          .nullish(),
      }),
    )
    .default([]),
  usage: z.object({ prompt_tokens: z.int().nonnegative(), completion_tokens: z.int().nonnegative() }).nullish(),
});

/**
 * A model behind `POST {url}/chat/completions`, streamed: the interface that OpenAI, Azure, vLLM, Ollama, llama.cpp and others
 * share. Tries once more when it is told to slow down or the server fails, before anything was said.
 */
export function createOpenAiChat(config: ChatConfig): ChatModel {
  const { model, timeoutMs } = config;
  const url = `${config.url.replace(/\/+$/, '')}/chat/completions`;
  const headers = {
    'content-type': 'application/json',
    ...(config.apiKey !== undefined && { authorization: `Bearer ${config.apiKey}` }),
  };

  async function request(messages: readonly ChatMessage[], signal: AbortSignal): Promise<Response> {
    const asked = { model, messages, tools, stream: true, stream_options: { include_usage: true } };
    const body = JSON.stringify({ ...asked, temperature: 0, max_tokens: MAX_TOKENS });
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(url, { method: 'POST', headers, body, signal }).catch((error: unknown) => {
        signal.throwIfAborted();
        throw ChatError.unreachable(url, error);
      });
      if (response.ok) return response;
      const reason = (await response.text().catch(() => '')).slice(0, 200);
      const mayPass = response.status === 429 || response.status >= 500;
      if (!mayPass || attempt === TRIES) throw ChatError.status(url, response.status, reason);
      await pause(waitFor(response), signal);
      signal.throwIfAborted();
    }
  }

  async function read(
    response: Response,
    messages: readonly ChatMessage[],
    heard: () => void,
    onText: ((text: string) => void) | undefined,
  ): Promise<Completion> {
    if (!response.body) throw ChatError.unreadable(url, 'no body');
    let text = '';
    let stepsAside = false;
    let usage: z.output<typeof chunkModel>['usage'];
    for await (const data of eventsOf(response.body)) {
      heard();
      const chunk = chunkOf(data);
      usage = chunk.usage ?? usage;
      for (const { delta } of chunk.choices) {
        stepsAside ||= delta?.tool_calls?.some((call) => call.function?.name === STEP_ASIDE) ?? false;
        if (!delta?.content) continue;
        text += delta.content;
        onText?.(text);
      }
    }
    return {
      text: text.trim(),
      stepsAside,
      promptTokens: usage?.prompt_tokens ?? tokensIn(messages.map(({ content }) => content).join('')),
      completionTokens: usage?.completion_tokens ?? tokensIn(text),
    };
  }

  function chunkOf(data: string): z.output<typeof chunkModel> {
    try {
      return chunkModel.parse(JSON.parse(data));
    } catch {
      throw ChatError.unreadable(url, 'a piece that is none');
    }
  }

  return {
    name: model,
    maxTokens: MAX_TOKENS,
    async complete(messages, { signal, onText }) {
      const silence = new AbortController();
      let timer = setTimeout(() => silence.abort(), SILENCE_MS);
      const heard = () => {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
      };
      const late = AbortSignal.any([silence.signal, AbortSignal.timeout(timeoutMs)]);
      try {
        const response = await request(messages, AbortSignal.any([signal, late]));
        return await read(response, messages, heard, onText);
      } catch (error) {
        signal.throwIfAborted();
        if (late.aborted) throw ChatError.timeout(url, timeoutMs);
        throw error instanceof ChatError ? error : ChatError.unreachable(url, error);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Milliseconds: what the server asks for in `Retry-After`, up to a limit; nobody waits long for a bot. */
function waitFor(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.min(seconds * 1_000, LONGEST_WAIT_MS) : 200;
}
