import { UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import { Company } from '../entities/company.ts';
import { ChannelError } from '../errors.ts';

export interface NewCompany {
  readonly id: string;
  /** Unique; what operators and addresses call the company. */
  readonly slug: string;
  readonly name: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** @throws ChannelError `SLUG_TAKEN`, `BAD_TIME_ZONE`. */
export async function createCompany(database: Database<SwitchboardCatalogue>, company: NewCompany): Promise<void> {
  assertTimeZone(company.timeZone);
  try {
    await database.write(company.id, async ({ em }) => {
      em.persist(em.create(Company, company));
    });
  } catch (error) {
    if (error instanceof UniqueConstraintViolationException) throw ChannelError.slugTaken(company.slug, error);
    throw error;
  }
}

function assertTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch (error) {
    throw ChannelError.badTimeZone(timeZone, error);
  }
}
