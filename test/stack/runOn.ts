import { Client } from 'pg';

/** Runs a statement on a connection of its own. */
export async function runOn(connectionString: string, sql: string): Promise<void> {
  const client = new Client({ connectionString });
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}
