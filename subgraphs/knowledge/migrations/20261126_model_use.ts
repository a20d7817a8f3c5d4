import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  `create table knowledge.model_use (
    company_id uuid not null,
    day date not null,
    tokens bigint not null,
    primary key (company_id, day)
  )`,
  ...protectTable('knowledge.model_use'),
];

/** What each company spends on the model. */
export class ModelUse extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
