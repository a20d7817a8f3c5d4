import { v7 } from 'uuid';
import type { Executor } from '../graph/executor.ts';
import type { Subscription } from './subscription.ts';

/** What a subscriber gets when the field that they subscribed to has this value now. */
export async function signalAnswer(
  executor: Executor,
  { operation, variables, identity, field }: Subscription,
  value: object,
): Promise<string> {
  const scope = { identity, requestId: v7(), event: { [field]: value } };
  return JSON.stringify(await executor.execute(operation, variables, scope));
}
