/** Faults of a context's database. `code` is stable. */
export class DatabaseError extends Error {
  readonly code: string;

  private constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseError';
    this.code = code;
  }

  static notACompany(id: string): DatabaseError {
    return new DatabaseError('NOT_A_COMPANY', `'${id}' is not the id of a company: it has to come from the identity`);
  }

  static sessionClosed(): DatabaseError {
    return new DatabaseError('SESSION_CLOSED', 'a read session was used after its request had ended: await every read');
  }

  static notStarted(context: string): DatabaseError {
    return new DatabaseError(
      'DATABASE_NOT_STARTED',
      `the database of '${context}' is used before start() or after stop()`,
    );
  }

  static unreachable(context: string, cause: unknown): DatabaseError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new DatabaseError(
      'DATABASE_UNREACHABLE',
      `PostgreSQL does not answer for '${context}' (${reason}): is it running, is DATABASE_URL right?`,
      { cause },
    );
  }

  static unprotected(tables: readonly string[]): DatabaseError {
    return new DatabaseError(
      'TABLE_WITHOUT_POLICY',
      `no row-level security on ${tables.join(', ')}: add protectTable() to the migration that creates it`,
    );
  }
}
