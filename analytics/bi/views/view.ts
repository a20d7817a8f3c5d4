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

/**
 * The view as one company's subquery. The company is the condition that is looked at first: conditions of the statement around it, which
 * the engine moves in here, meet only rows that have passed it. As a mere WHERE it would come after them, and an error about a row
 * (`toInt32(text)`) would carry another company's.
 */
export function boundTo(view: BiView, companyId: string): string {
  const id = companyId.toLowerCase();
  if (!ID.test(id)) throw new TypeError(`'${companyId}' is no company's id`);
  const { source, where, groupBy = [] } = view;
  return [
    `(SELECT ${listOf(view)} FROM ${source} PREWHERE company_id = ${quoteText(id)}`,
    ...(where === undefined ? [] : [`WHERE ${where}`]),
    ...(groupBy.length === 0 ? [] : [`GROUP BY ${groupBy.map(quoteName).join(', ')}`]),
  ]
    .join(' ')
    .concat(')');
}

/** The view in the database `bi`, for connections to the server itself, where policies keep companies apart. */
export function definitionOf(view: BiView): string {
  const { name, source, where, groupBy = [], comment } = view;
  const described = [companyColumn, ...view.columns].map(
    (one) => `${quoteName(one.name)} ${one.type} COMMENT ${quoteText(one.comment)}`,
  );
  const groups = groupBy.length === 0 ? '' : ` GROUP BY company_id, ${groupBy.map(quoteName).join(', ')}`;
  return `CREATE OR REPLACE VIEW bi.${name} (${described.join(', ')})
    AS SELECT company_id, ${listOf(view)} FROM ${source}${where === undefined ? '' : ` WHERE ${where}`}${groups}
    COMMENT ${quoteText(comment)}`;
}

const companyColumn = column('company_id', 'UUID', 'The company whose row it is.');

function listOf({ columns }: BiView): string {
  return columns.map(({ name, sql }) => `${sql} AS ${quoteName(name)}`).join(', ');
}
