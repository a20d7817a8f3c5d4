/** ClickHouse's own names and numbers for what can go wrong, so that its clients know what to do. */
const codes = {
  BAD_ARGUMENTS: 36,
  UNKNOWN_FUNCTION: 46,
  NOT_IMPLEMENTED: 48,
  UNKNOWN_TABLE: 60,
  SYNTAX_ERROR: 62,
  UNKNOWN_FORMAT: 73,
  UNKNOWN_DATABASE: 81,
  QUERY_IS_TOO_LARGE: 92,
  UNKNOWN_SETTING: 115,
  READONLY: 164,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  NETWORK_ERROR: 210,
  UNKNOWN_QUERY_PARAMETER: 456,
  ACCESS_DENIED: 497,
} as const;

type Name = keyof typeof codes;

/** Why a statement is not answered. Its message is for whoever asked, and says nothing of what is inside. */
export class BiError extends Error {
  override readonly name = 'BiError';

  /** ClickHouse's number of it. */
  readonly code: number;
  /** ClickHouse's name of it. */
  readonly type: string;

  constructor(code: number, type: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.type = type;
  }

  private static of(type: Name, message: string, options?: ErrorOptions): BiError {
    return new BiError(codes[type], type, message, options);
  }

  static syntax(near: string): BiError {
    const where = near === '' ? 'at its end' : `near '${near.slice(0, 100)}'`;
    return BiError.of('SYNTAX_ERROR', `The statement is not understood ${where}: this takes SELECT, SHOW and DESCRIBE`);
  }

  static severalStatements(): BiError {
    return BiError.of('SYNTAX_ERROR', 'Multi-statements are not allowed: send one statement at a time');
  }

  static notSelect(): BiError {
    return BiError.of(
      'READONLY',
      'Only SELECT, SHOW and DESCRIBE are answered here: everything else would change something',
    );
  }

  static notAvailable(what: string): BiError {
    return BiError.of('ACCESS_DENIED', `${what} is not available here`);
  }

  static unknownTable(name: string): BiError {
    return BiError.of('UNKNOWN_TABLE', `Unknown table '${name}': SHOW TABLES FROM bi lists what there is`);
  }

  static unknownDatabase(name: string): BiError {
    return BiError.of('UNKNOWN_DATABASE', `Database '${name}' does not exist: use 'bi'`);
  }

  static unknownFunction(name: string): BiError {
    return BiError.of('UNKNOWN_FUNCTION', `Function '${name}' is not available here: system.functions lists what is`);
  }

  static unknownFormat(name: string): BiError {
    return BiError.of('UNKNOWN_FORMAT', `Format '${name}' is not available here`);
  }

  static unknownParameter(name: string): BiError {
    return BiError.of('UNKNOWN_QUERY_PARAMETER', `Query parameter '${name}' was not set: send param_${name}`);
  }

  static badValue(what: string): BiError {
    return BiError.of('BAD_ARGUMENTS', what);
  }

  static setting(name: string): BiError {
    return BiError.of('READONLY', `Cannot modify '${name}' setting in readonly mode`);
  }

  static unknownSetting(name: string): BiError {
    return BiError.of(
      'UNKNOWN_SETTING',
      `Setting '${name}' is neither a builtin setting nor one that can be given here`,
    );
  }

  static tooLarge(bytes: number): BiError {
    return BiError.of('QUERY_IS_TOO_LARGE', `A statement has at most ${String(bytes)} bytes`);
  }

  static tooMany(of: 'company' | 'server'): BiError {
    const whose = of === 'company' ? 'The company has' : 'The server has';
    return BiError.of(
      'TOO_MANY_SIMULTANEOUS_QUERIES',
      `${whose} as many statements under way as it may have: wait for one to end`,
    );
  }

  static notImplemented(what: string): BiError {
    return BiError.of('NOT_IMPLEMENTED', `${what} is not supported here`);
  }

  static away(cause: unknown): BiError {
    return BiError.of('NETWORK_ERROR', 'The statement cannot be answered now: try again', { cause });
  }
}
