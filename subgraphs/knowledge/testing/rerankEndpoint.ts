import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { listening } from './listening.ts';

export interface RerankRequest {
  readonly authorization: string | undefined;
  readonly model: string;
  readonly query: string;
  readonly documents?: readonly string[];
  readonly texts?: readonly string[];
  readonly top_n: number;
}

export type RerankAnswer =
  | { readonly status: number; readonly body: string }
  | { readonly raw: unknown }
  /** How well each text answers; the answer has the best `top_n`, best first, as such endpoints give it. */
  | { readonly scoreOf: (text: string) => number }
  | 'never';

/** What such an endpoint takes at once. */
const MOST_TEXTS = 100;

/** An endpoint that ranks, as Cohere and Jina have it or, with `likeTei`, as Text Embeddings Inference does. */
export async function rerankEndpoint(
  answer: (request: RerankRequest, nth: number) => RerankAnswer,
  { likeTei = false } = {},
) {
  const requests: RerankRequest[] = [];
  const server = createServer((incoming, response) => {
    const give = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    json(incoming).then(
      (body) => {
        const { authorization } = incoming.headers;
        const request = { authorization, ...(body as Omit<RerankRequest, 'authorization'>) };
        requests.push(request);
        const texts = likeTei ? request.texts : request.documents;
        if (incoming.url !== '/v1/rerank') return give(404, { detail: 'Not Found' });
        if (!texts) {
          const missing = likeTei ? 'texts' : 'documents';
          return give(422, { error: `Failed to deserialize the JSON body: missing field \`${missing}\`` });
        }
        if (texts.length > MOST_TEXTS) return give(413, { error: `at most ${MOST_TEXTS} documents` });
        const given = answer(request, requests.length);
        if (given === 'never') return undefined;
        if ('status' in given) return response.writeHead(given.status).end(given.body);
        if ('raw' in given) return give(200, given.raw);
        const ranked = texts
          .map((text, index) => ({ index, score: given.scoreOf(text) }))
          .toSorted((a, b) => b.score - a.score);
        if (likeTei) return give(200, ranked);
        const results = ranked.slice(0, request.top_n).map(({ index, score }) => ({ index, relevance_score: score }));
        return give(200, { id: 'r', results });
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
