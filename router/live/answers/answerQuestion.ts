import { z } from 'zod';
import type { RequestScope, Source, SubgraphAnswer, SubgraphOperation } from '../../execution/source.ts';

/** The subgraph that answers. */
export const ANSWERING_SUBGRAPH = 'knowledge';

/** What the router itself asks of the subgraph: clients do not see the field. */
export const answerQuestion = `query ($question: String!, $answerId: ID!) {
  answerInPieces(question: $question, answerId: $answerId) {
    passages { document { __typename id } heading text score }
    answer { text confident language reason citations { quote document { __typename id } } }
  }
}`;

/** A model takes its time, and whoever waits sees that it goes on. */
const LIMIT_MS = 60_000;

const operation: SubgraphOperation = {
  kind: 'query',
  query: answerQuestion,
  bodyHead: `{"query":${JSON.stringify(answerQuestion)},"variables":`,
  limitMs: LIMIT_MS,
};

const reference = z.object({ __typename: z.literal('Document'), id: z.string() });
const answerModel = z.object({
  answerInPieces: z.object({
    passages: z.array(z.object({ document: reference, heading: z.string(), text: z.string(), score: z.number() })),
    answer: z.object({
      text: z.string().nullable(),
      confident: z.boolean(),
      language: z.string(),
      reason: z.string().nullable(),
      citations: z.array(z.object({ quote: z.string(), document: reference.nullable() })),
    }),
  }),
});

export type WholeAnswer = z.output<typeof answerModel>['answerInPieces'];

/** The answer, or the errors that are there in its place. */
export type Answered = { readonly whole: WholeAnswer } | { readonly errors: SubgraphAnswer['errors'] };

/**
 * Asks for an answer, and waits until it is complete.
 *
 * @throws SubgraphError when the subgraph does not answer, or when `scope.signal` aborts.
 */
export async function askForAnswer(
  source: Source,
  asked: { readonly question: string; readonly answerId: string },
  scope: RequestScope,
): Promise<Answered> {
  const { data, errors } = await source.fetch(operation, JSON.stringify(asked), scope);
  const { data: read } = answerModel.safeParse(data);
  return read && errors.length === 0 ? { whole: read.answerInPieces } : { errors };
}
