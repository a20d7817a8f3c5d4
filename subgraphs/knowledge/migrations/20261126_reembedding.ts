import { Migration } from '@mikro-orm/migrations';

const statements = [
  // For the operators' command, which moves all companies: theirs are the only ids that it gets.
  `create function knowledge.companies_elsewhere(collection text) returns table (company_id uuid)
    language sql stable security definer set search_path = pg_catalog as $$
      select i.company_id from knowledge.indexes i where i.collection <> $1 order by i.company_id
    $$`,
];

/** Which companies are searched in another collection than the newest. */
export class Reembedding extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
