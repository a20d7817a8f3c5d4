import { v5 } from 'uuid';
import { id } from '#schema/events/values.ts';

/** Whether it can be an id at all: everything else would be an error of PostgreSQL instead of something not found. */
export function isId(value: string): boolean {
  return id.safeParse(value).success;
}

/** Any would do, as long as it stays. */
const PARTNERS = '0192f6c8-5b1e-7c7a-9d27-6f0c1c9a3e52';

/** Stands for a partner where only ids go: a company's partners are known by their names. */
export function partnerId(companyId: string, partner: string): string {
  return v5(`${companyId}/${partner}`, PARTNERS);
}

/** Any would do, as long as it stays. */
const BOTS = '0192f6c8-5b1e-7c7a-9d27-6f0c1c9a3e53';

/** A company has one bot, which has no row of its own. */
export function botId(companyId: string): string {
  return v5(companyId, BOTS);
}
