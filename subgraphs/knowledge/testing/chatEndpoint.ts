import { createServer, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { listening } from './listening.ts';

export interface ChatRequest {
  readonly authorization: string | undefined;
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly tools: readonly { readonly function: { readonly name: string } }[];
}

/** What the model does about a request. */
export type ChatAnswer =
  /** Says something, in pieces of a few letters; with `breaksOff` only half of it. */
  | { readonly say: string; readonly afterMs?: number; readonly breaksOff?: true; readonly countsTokens?: true }
  /** Wants to do something. */
  | { readonly call: string }
  | { readonly status: number; readonly headers?: Record<string, string> }
  | { readonly raw: string }
  | 'never';

const PIECE = 12;

/** An OpenAI-compatible endpoint that answers as a test says, with the errors and limits that such endpoints have. */
export async function chatEndpoint(answer: (request: ChatRequest, nth: number) => ChatAnswer) {
  const requests: ChatRequest[] = [];
  let aborted = 0;
  const server = createServer((incoming, response) => {
    response.on('close', () => {
      if (!response.writableEnded) aborted += 1;
    });
    json(incoming)
      .then(async (body) => {
        const { authorization } = incoming.headers;
        const request = { authorization, ...(body as Omit<ChatRequest, 'authorization'>) };
        requests.push(request);
        if (incoming.url !== '/v1/chat/completions') response.writeHead(404).end();
        else await give(answer(request, requests.length), response);
      })
      .catch(() => response.destroy());
  });
  const { origin, close } = await listening(server);
  return {
    url: `${origin}/v1`,
    requests,
    /** How many requests were given up by who made them. */
    aborted: () => aborted,
    close,
  };
}

async function give(answer: ChatAnswer, response: ServerResponse): Promise<void> {
  if (answer === 'never') return;
  if ('status' in answer) {
    response.writeHead(answer.status, answer.headers).end('{"error":{"message":"as the test says"}}');
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if ('raw' in answer) response.end(answer.raw);
  else if ('call' in answer) {
    send(response, {
      choices: [{ delta: { tool_calls: [{ index: 0, function: { name: answer.call, arguments: '{}' } }] } }],
    });
    response.end('data: [DONE]\n\n');
  } else await say(answer, response);
}

async function say(
  { say: text, afterMs = 0, breaksOff, countsTokens }: Extract<ChatAnswer, { readonly say: string }>,
  response: ServerResponse,
): Promise<void> {
  if (afterMs > 0) await setTimeout(afterMs);
  const letters = Array.from(text);
  const end = breaksOff ? letters.length / 2 : letters.length;
  for (let at = 0; at < end; at += PIECE) {
    send(response, { choices: [{ delta: { content: letters.slice(at, Math.min(at + PIECE, end)).join('') } }] });
  }
  if (breaksOff) {
    // What was written is sent first.
    await setTimeout(20);
    response.destroy();
    return;
  }
  if (countsTokens) send(response, { choices: [], usage: { prompt_tokens: 300, completion_tokens: 20 } });
  response.end('data: [DONE]\n\n');
}

function send(response: ServerResponse, chunk: object): void {
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}
