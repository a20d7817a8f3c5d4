import { defineEntity, p } from '@mikro-orm/postgresql';

export const Company = defineEntity({
  name: 'Company',
  tableName: 'companies',
  properties: { id: p.uuid().primary(), slug: p.text(), name: p.text(), timeZone: p.text() },
});
