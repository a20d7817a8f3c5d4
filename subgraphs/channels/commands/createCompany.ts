import { UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isZone } from '#platform/time/zones.ts';
import type { Database } from '#platform/postgres/database.ts';
import { Company } from '../entities/company.ts';
import { ChannelError } from '../errors.ts';
import { companyChanged } from './companyChanged.ts';

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
  if (!isZone(company.timeZone)) throw ChannelError.badTimeZone(company.timeZone);
  try {
    await database.write(company.id, async ({ em, publish }) => {
      const created = em.create(Company, { ...company, businessHours: null, version: 1 });
      em.persist(created);
      publish(companyChanged(created, { kind: 'system' }));
    });
  } catch (error) {
    if (error instanceof UniqueConstraintViolationException) throw ChannelError.slugTaken(company.slug, error);
    throw error;
  }
}
