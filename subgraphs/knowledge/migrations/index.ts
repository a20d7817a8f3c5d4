import type { MigrationList } from '#platform/postgres/provision.ts';
import { DocumentVersions } from './20261126_documentVersions.ts';
import { CreateDocuments } from './createDocuments.ts';

export const migrations: MigrationList = [
  { name: 'CreateDocuments', class: CreateDocuments },
  { name: 'DocumentVersions', class: DocumentVersions },
];
