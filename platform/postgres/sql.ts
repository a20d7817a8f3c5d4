/** A piece of SQL with its parameters, made by `sql.fragment`, `sql.join` or a template; values never become text. */
export class Fragment {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];

  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.strings = strings;
    this.values = values;
  }
}

/**
 * Runs a statement: `` sql<Row>`select id from messages where company_id = ${companyId}` ``. Each value is a parameter,
 * an array too (`= any(${ids}::uuid[])`); a Fragment becomes part of the text. Timestamps come back as Date, bigint and
 * numeric as string.
 */
export interface Sql {
  <Row extends object = Record<string, unknown>>(strings: TemplateStringsArray, ...values: unknown[]): Promise<Row[]>;
}

/** A piece for use inside a statement: `` fragment`and status = ${status}` ``. */
export function fragment(strings: TemplateStringsArray, ...values: unknown[]): Fragment {
  return new Fragment(strings, values);
}

/** Pieces one after another, separated by plain SQL such as `, ` or ` and `. Nothing gives nothing. */
export function join(pieces: readonly Fragment[], separator: string): Fragment {
  const [first, ...rest] = pieces;
  if (!first) return new Fragment([''], []);
  const strings = ['', ...rest.map(() => separator), ''];
  return new Fragment(strings, pieces);
}

/** The statement as PostgreSQL takes it: text with `$1`, `$2` …, and the values. */
export function compile(strings: readonly string[], values: readonly unknown[]): { text: string; values: unknown[] } {
  const parameters: unknown[] = [];
  function textOf(parts: readonly string[], inserted: readonly unknown[]): string {
    return parts.reduce((text, part, index) => {
      const value = inserted[index - 1];
      if (value instanceof Fragment) return text + textOf(value.strings, value.values) + part;
      parameters.push(value);
      return `${text}$${parameters.length}${part}`;
    });
  }
  return { text: textOf(strings, values), values: parameters };
}
