import { Client } from 'pg';
import { eventually } from './eventually.ts';

/**
 * Resolves when all that a context has committed by now is in the stream: who reads there next misses nothing of it.
 *
 * @param adminUrl The superuser's, who sees the outbox of all companies.
 */
export async function allTold(adminUrl: string, context: string): Promise<void> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    const { rows } = await admin.query<{ last: string | null }>(`select max(seq)::text as last from ${context}.outbox`);
    const last = rows[0]?.last ?? null;
    if (last === null) return;
    await eventually(async () => {
      const left = await admin.query(`select from ${context}.outbox where seq <= $1 limit 1`, [last]);
      if (left.rowCount) throw new Error(`the outbox of ${context} is not empty`);
    });
  } finally {
    await admin.end();
  }
}
