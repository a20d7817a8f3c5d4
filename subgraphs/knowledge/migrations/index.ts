import type { MigrationList } from '#platform/postgres/provision.ts';
import { AskedQuestions } from './20261126_asked_questions.ts';
import { Bot } from './20261126_bot.ts';
import { DocumentProgress } from './20261126_document_progress.ts';
import { EndedImports } from './20261126_ended_imports.ts';
import { DocumentVersions } from './20261126_documentVersions.ts';
import { ModelUse } from './20261126_model_use.ts';
import { Embeddings } from './20261126_embeddings.ts';
import { Pages } from './20261126_pages.ts';
import { Reembedding } from './20261126_reembedding.ts';
import { Questions } from './20261126_questions.ts';
import { CreateDocuments } from './createDocuments.ts';

export const migrations: MigrationList = [
  { name: 'CreateDocuments', class: CreateDocuments },
  { name: 'DocumentVersions', class: DocumentVersions },
  { name: '20261126_bot', class: Bot },
  { name: '20261126_model_use', class: ModelUse },
  { name: 'Reembedding', class: Reembedding },
  { name: '20261126_questions', class: Questions },
  { name: '20261126_embeddings', class: Embeddings },
  { name: '20261126_asked_questions', class: AskedQuestions },
  { name: 'Pages', class: Pages },
  { name: '20261126_document_progress', class: DocumentProgress },
  { name: '20261126_ended_imports', class: EndedImports },
];
