import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { listening } from './listening.ts';

export interface EmbeddingsRequest {
  readonly authorization: string | undefined;
  readonly model: string;
  readonly input: readonly string[];
}

export interface EmbeddingsAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON, text as it is, 'never' not at all. */
  readonly body: object | string;
}

/** An OpenAI-compatible endpoint that answers as a test says. */
export async function embeddingsEndpoint(answer: (request: EmbeddingsRequest, nth: number) => EmbeddingsAnswer) {
  const requests: EmbeddingsRequest[] = [];
  const server = createServer((incoming, response) => {
    json(incoming).then(
      (body) => {
        const { authorization } = incoming.headers;
        const request = { authorization, ...(body as Omit<EmbeddingsRequest, 'authorization'>) };
        requests.push(request);
        const { status, headers, body: reply } = answer(request, requests.length);
        if (reply === 'never') return;
        response.writeHead(incoming.url === '/v1/embeddings' ? status : 404, headers);
        response.end(typeof reply === 'string' ? reply : JSON.stringify(reply));
      },
      () => response.destroy(),
    );
  });
  const { origin, close } = await listening(server);
  return {
    url: `${origin}/v1`,
    requests,
    close,
  };
}

/** The vectors of the inputs, last first: their order is not promised. */
export function vectors({ input }: EmbeddingsRequest, vectorOf: (text: string) => readonly number[]): EmbeddingsAnswer {
  const data = input.map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) }));
  return { status: 200, body: { object: 'list', data: data.toReversed() } };
}
