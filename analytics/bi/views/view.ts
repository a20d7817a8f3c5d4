import { quoteName, quoteText } from '../sql/quote.ts';

export interface BiColumn {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
  /** What it is of the table that the view reads. */
  readonly sql: string;
}

/** What BI tools see of a table: its columns in words, and never a row of another company. */
export interface BiView {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly BiColumn[];
  /** With FINAL where rows may come twice. Has a column `company_id`, by which it is sorted first. */
  readonly source: string;
  /** Which of the company's rows. */
  readonly where?: string;
  /** Names of columns, of those whose rows are added up. */
  readonly groupBy?: readonly string[];
}

export function column(name: string, type: string, comment: string, sql = name): BiColumn {
  return { name, type, comment, sql };
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The view as one company's subquery, for an engine that knows nobody. */
export function boundTo(view: BiView, companyId: string): string {
  const id = companyId.toLowerCase();
  if (!ID.test(id)) throw new TypeError(`'${companyId}' is no company's id`);
  return `(${rowsOf(view, quoteText(id))})`;
}

/**
 * What the view selects of one company. The company is the condition that is looked at first: conditions of a statement around it, which
 * the engine moves in here, meet only rows that have passed it. As a mere WHERE it would come after them, and an error about a row
 * (`toInt32(text)`) would carry another company's.
 *
 * @param company its id, as an expression.
 */
export function rowsOf(view: BiView, company: string): string {
  const { source, where, groupBy = [] } = view;
  return [
    `SELECT ${listOf(view)} FROM ${source} PREWHERE company_id = ${company}`,
    ...(where === undefined ? [] : [`WHERE ${where}`]),
    ...(groupBy.length === 0 ? [] : [`GROUP BY ${groupBy.map(quoteName).join(', ')}`]),
  ].join(' ');
}

function listOf({ columns }: BiView): string {
  return columns.map(({ name, sql }) => `${sql} AS ${quoteName(name)}`).join(', ');
}
