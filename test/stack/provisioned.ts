import { Client, DatabaseError } from 'pg';
import { provisionDatabases } from '#infra/embedded/databases.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { runOn } from './runOn.ts';

const TEMPLATE = 'provisioned';
const NO_DATABASE = '3D000';

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
    if (!(error instanceof DatabaseError && error.code === NO_DATABASE)) throw error;
    await makeTemplate(url);
    await runOn(url, copy);
  }
}

/** Once, though two suites' databases may be asked for at once; and under another name until it is whole. */
async function makeTemplate(url: string): Promise<void> {
  const turn = new Client({ connectionString: url });
  try {
    await turn.connect();
    await turn.query(`select pg_advisory_lock(hashtextextended('${TEMPLATE}', 0))`);
    const { rowCount } = await turn.query('select from pg_database where datname = $1', [TEMPLATE]);
    if (rowCount) return;
    const draft = `${TEMPLATE}_draft`;
    // One that failed says again why, and not that its draft is there.
    await turn.query(`drop database if exists ${draft}`);
    await turn.query(`create database ${draft}`);
    await provisionDatabases(new URL(`/${draft}`, url).href, 'test', logger);
    await turn.query(`alter database ${draft} rename to ${TEMPLATE}`);
  } finally {
    await turn.end();
  }
}
