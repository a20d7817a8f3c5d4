import type { ConversationEntity } from '../entities/conversation.ts';
import type { Transaction } from '../facts.ts';
import { companyCalendar } from '../queries/companyCalendar.ts';
import { businessSeconds } from '../rules/businessTime.ts';
import type { Answer } from '../rules/messages.ts';

/** For how long a contact waited for an answer: the first one, or a later one. */
export interface ResponseTimes {
  readonly firstResponseSeconds: number | null;
  readonly firstResponseBusinessSeconds: number | null;
  readonly nextResponseSeconds: number | null;
  readonly nextResponseBusinessSeconds: number | null;
}

export const noResponse: ResponseTimes = {
  firstResponseSeconds: null,
  firstResponseBusinessSeconds: null,
  nextResponseSeconds: null,
  nextResponseBusinessSeconds: null,
};

type Company = Pick<ConversationEntity, 'companyId'>;

/** Asks for the company's hours, and only where there is something to measure. */
export async function measureResponse(
  transaction: Transaction,
  company: Company,
  answer: Answer | null,
): Promise<ResponseTimes> {
  if (!answer) return noResponse;
  const { seconds, since, at } = answer;
  const business = await measureBusiness(transaction, company, since, at);
  return answer.isFirst
    ? { ...noResponse, firstResponseSeconds: seconds, firstResponseBusinessSeconds: business }
    : { ...noResponse, nextResponseSeconds: seconds, nextResponseBusinessSeconds: business };
}

/** The seconds from then to then in the company's hours. */
export async function measureBusiness(
  { sql }: Transaction,
  { companyId }: Company,
  since: Date,
  at: Date,
): Promise<number> {
  return businessSeconds(await companyCalendar(sql, companyId), since, at);
}
