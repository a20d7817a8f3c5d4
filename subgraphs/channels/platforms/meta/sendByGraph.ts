import type { z } from 'zod';
import { withoutAnswer } from '../http/sendRequest.ts';
import type { SendResult } from '../outbound.ts';
import type { GraphApi, GraphRequest } from './graphApi.ts';
import { refusalOf } from './refusals.ts';

/** Graph says of some messages that it sent that it had trouble with the answer of a server behind it. */
const SENT_ALL_THE_SAME = 1357046;

/** @param sent What the answer to a message that was taken looks like, made into the message's id. */
export async function sendByGraph(
  graph: GraphApi,
  token: string,
  request: GraphRequest,
  sent: z.ZodType<string>,
): Promise<SendResult> {
  const answer = await graph.call(token, request);
  if (answer.kind === 'failed') {
    const refusal = refusalOf(answer);
    if (answer.error.error_subcode === SENT_ALL_THE_SAME) {
      return { kind: 'unconfirmed', reason: refusal.failure.message };
    }
    return { kind: 'refused', ...refusal };
  }
  const id = answer.kind === 'answered' ? sent.safeParse(answer.body) : undefined;
  return id?.success ? { kind: 'sent', externalMessageId: id.data } : withoutAnswer(answer);
}
