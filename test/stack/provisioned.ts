import { randomBytes } from 'node:crypto';
import { DatabaseError } from 'pg';
import { provisionDatabases } from '#infra/embedded/databases.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { runOn } from './runOn.ts';

const TEMPLATE = 'provisioned';
const NO_DATABASE = '3D000';
const DATABASE_EXISTS = '42P04';

/**
 * Creates a database in which every context has its place. It is a copy: to make each anew takes several times as long, and there are hundreds.
 *
 * @param url The server's, as the superuser.
 */
export async function createProvisioned(url: string, name: string): Promise<void> {
  const copy = `create database ${name} template ${TEMPLATE}`;
  try {
    await runOn(url, copy);
  } catch (error) {
    if (!isOf(error, NO_DATABASE)) throw error;
    await makeTemplate(url);
    await runOn(url, copy);
  }
}

/** Under another name until it is whole: two suites' databases may be asked for at once. */
async function makeTemplate(url: string): Promise<void> {
  const draft = `draft_${randomBytes(6).toString('hex')}`;
  await runOn(url, `create database ${draft}`);
  await provisionDatabases(new URL(`/${draft}`, url).href, 'test', logger);
  try {
    await runOn(url, `alter database ${draft} rename to ${TEMPLATE}`);
  } catch (error) {
    if (!isOf(error, DATABASE_EXISTS)) throw error;
    await runOn(url, `drop database ${draft}`);
  }
}

function isOf(error: unknown, code: string): boolean {
  return error instanceof DatabaseError && error.code === code;
}
