import { v7 } from 'uuid';
import { answerOf, type Executor } from '../execution/executor.ts';
import type { Subscription } from './subscription.ts';

/** What a subscriber gets when the field that they subscribed to has this value now. */
export async function signalAnswer(
  executor: Executor,
  { operation, variables, identity, field }: Subscription,
  value: object,
): Promise<Buffer> {
  const scope = { identity, requestId: v7(), event: { [field]: value } };
  return Buffer.from(answerOf(await executor.execute(operation, variables, scope)));
}
