import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // `question_hash`: of the question as it is compared, whatever its capitals, spaces and question marks.
  `create table knowledge.asked_questions (
    company_id uuid not null,
    question_hash text not null,
    query text not null,
    count int not null,
    last_asked_at timestamptz(3) not null,
    primary key (company_id, question_hash)
  )`,
  `create index asked_questions_age on knowledge.asked_questions (last_asked_at)`,
  ...protectTable('knowledge.asked_questions'),
  `create function knowledge.forget_asked_questions(before timestamptz, most int) returns int
    language plpgsql volatile security definer set search_path = pg_catalog as $$
    declare forgotten int;
    begin
      with old as (
        select company_id, question_hash from knowledge.asked_questions
        where last_asked_at < before order by last_asked_at limit most for update skip locked
      )
      delete from knowledge.asked_questions q using old
      where q.company_id = old.company_id and q.question_hash = old.question_hash;
      get diagnostics forgotten = row_count;
      return forgotten;
    end $$`,
];

/** What is asked, and how often. */
export class AskedQuestions extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
