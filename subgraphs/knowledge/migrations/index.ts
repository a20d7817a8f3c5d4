import type { MigrationList } from '#platform/postgres/provision.ts';
import { CreateDocuments } from './createDocuments.ts';

export const migrations: MigrationList = [{ name: 'CreateDocuments', class: CreateDocuments }];
