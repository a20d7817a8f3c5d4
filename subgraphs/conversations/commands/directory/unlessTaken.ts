import type { Refusal } from '../asAgent.ts';

/** Only PostgreSQL knows whether a name is free at the moment of the commit: what it refuses becomes an answer. */
export async function unlessTaken<T>(
  constraint: string,
  taken: Refusal,
  work: () => Promise<T | Refusal>,
): Promise<T | Refusal> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && 'constraint' in error && error.constraint === constraint) return taken;
    throw error;
  }
}
