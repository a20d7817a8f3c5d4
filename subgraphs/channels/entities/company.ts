import { defineEntity, p } from '@mikro-orm/postgresql';
import type { BusinessHours } from '#schema/events/values.ts';

export const Company = defineEntity({
  name: 'Company',
  tableName: 'companies',
  properties: {
    id: p.uuid().primary(),
    slug: p.text(),
    name: p.text(),
    timeZone: p.text(),
    /** Null: at any time. */
    businessHours: p.json().$type<BusinessHours>().strictNullable(),
    version: p.integer(),
  },
});
