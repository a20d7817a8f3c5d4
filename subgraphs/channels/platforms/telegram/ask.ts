import type { z } from 'zod';
import { AccountError } from '../account.ts';
import type { TelegramAnswer, TelegramApi } from './api.ts';

/** Calls a method whose result is needed. @throws AccountError in words for an admin. */
export async function ask<T>(
  api: TelegramApi,
  token: string,
  method: string,
  parameters: object,
  schema: z.ZodType<T>,
): Promise<T> {
  const answer = await api.call(token, method, parameters);
  if (answer.kind !== 'done') throw errorOf(method, answer);
  const result = schema.safeParse(answer.result);
  if (result.success) return result.data;
  throw new AccountError('PLATFORM_REFUSED', `Telegram's answer to ${method} is of a form we do not know`, {
    cause: result.error,
  });
}

function errorOf(method: string, answer: Exclude<TelegramAnswer, { kind: 'done' }>): AccountError {
  if (answer.kind === 'none') {
    const { exchange } = answer;
    const reason = exchange.kind === 'answered' ? `status ${exchange.status}` : exchange.reason;
    return new AccountError('PLATFORM_UNAVAILABLE', `Telegram does not answer (${reason}): try again later`);
  }
  const { status, description } = answer;
  if (status === 401 || status === 404) {
    return new AccountError('BAD_CREDENTIALS', `Telegram does not know the token: copy it again from @BotFather`);
  }
  if (status === 403) return new AccountError('NOT_PERMITTED', `Telegram refuses ${method}: ${description}`);
  if (status === 429 || status >= 500) {
    return new AccountError('PLATFORM_UNAVAILABLE', `Telegram cannot do it now (${description}): try again later`);
  }
  return new AccountError('PLATFORM_REFUSED', `Telegram refuses ${method}: ${description}`);
}
