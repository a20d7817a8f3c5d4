import { createHmac } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { BiError } from './errors.ts';
import { accountStatements, provisionStatements, userOf } from './provision.ts';

/** The users of a server, one for each company, by which it holds itself what the translation of statements holds. */
export interface Accounts {
  /**
   * Makes what all of them share, and the views that they read. At the latest the first company that asks has it done.
   *
   * @throws whatever the server says when it cannot be made.
   */
  prepare(): Promise<void>;
  /** @throws BiError for another time, with what the server says as its cause, when the user cannot be made. */
  of(companyId: string): Promise<{ readonly username: string; readonly password: string }>;
}

/** Of a password that is derived: whoever has the secret needs no list of them. */
export function createAccounts({
  clickhouse,
  cluster,
  secret,
}: {
  readonly clickhouse: ClickHouseClient;
  readonly cluster: string | undefined;
  readonly secret: string;
}): Accounts {
  const made = new Map<string, Promise<void>>();
  let provisioned: Promise<void> | undefined;

  async function run(statements: readonly string[]): Promise<void> {
    for (const query of statements) await clickhouse.command({ query });
  }

  /** Once for this process, and again when it failed. */
  function prepare(): Promise<void> {
    provisioned ??= run(provisionStatements(cluster)).catch((error: unknown) => {
      provisioned = undefined;
      throw error;
    });
    return provisioned;
  }

  async function make(companyId: string, password: string): Promise<void> {
    await prepare();
    await run(accountStatements(companyId, password, cluster));
  }

  return {
    prepare,
    async of(companyId) {
      const password = createHmac('sha256', secret).update(`bi ${companyId.toLowerCase()}`).digest('base64url');
      const making = made.get(companyId) ?? make(companyId, password);
      made.set(companyId, making);
      try {
        await making;
      } catch (error) {
        made.delete(companyId);
        throw BiError.away(error);
      }
      return { username: userOf(companyId), password };
    },
  };
}
