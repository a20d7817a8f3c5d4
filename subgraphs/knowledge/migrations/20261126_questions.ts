import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // terms: what the first of them is about, by which others are recognised.
  `create table knowledge.question_clusters (
    company_id uuid not null,
    id uuid not null,
    question text not null,
    language text not null,
    terms text[] not null,
    count int not null default 0,
    status text not null default 'OPEN' check (status in ('OPEN', 'ANSWERED', 'DISMISSED')),
    document_id uuid,
    last_asked_at timestamptz(3) not null,
    primary key (company_id, id)
  )`,
  `create index question_clusters_count on knowledge.question_clusters (company_id, status, count, id)`,
  ...protectTable('knowledge.question_clusters'),
  // The id is that of the answer that there was none to give.
  `create table knowledge.unanswered_questions (
    company_id uuid not null,
    id uuid not null,
    cluster_id uuid not null,
    message_id uuid not null,
    question text not null,
    asked_at timestamptz(3) not null,
    primary key (company_id, id),
    foreign key (company_id, cluster_id) references knowledge.question_clusters on delete cascade
  )`,
  `create index unanswered_questions_cluster on knowledge.unanswered_questions (company_id, cluster_id, asked_at)`,
  `create index unanswered_questions_message on knowledge.unanswered_questions (company_id, message_id)`,
  ...protectTable('knowledge.unanswered_questions'),
];

/** What contacts asked and the documents do not say. */
export class Questions extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
