import { clusterClause } from './clusterClause.ts';
import { quoteName, quoteText } from './sql/quote.ts';
import { views } from './views/index.ts';
import { rowsOf, type BiView } from './views/view.ts';

/** What the name of a company's user begins with; the company's id is the rest. */
export const USER_PREFIX = 'bi_';

/** Reads for the views, and nobody can log in as it. */
export const DEFINER = 'bi_definer';

/**
 * Whose rows a statement may read, by the user who has asked the first server: a view read by its definer, and a shard that is asked by
 * another server, still know that one.
 */
export const OWN_COMPANY = `toUUIDOrZero(substring(currentUser(), ${String(USER_PREFIX.length + 1)}))`;

/** What stands in a statement in place of a view where it is run as a company's user. */
export function ofServer({ name, columns }: BiView): string {
  return `(SELECT ${columns.map((one) => quoteName(one.name)).join(', ')} FROM bi.${name})`;
}

/**
 * The views of a server with users. Whoever reads one needs no right to the table behind it: a right to a table is one to its index too
 * (`mergeTreeIndex`), which has rows of others. On a cluster each shard has a view of its own rows: a company's are all on one shard, and are
 * narrowed and added up there.
 */
export function viewStatements(cluster: string | undefined): string[] {
  const on = clusterClause(cluster);
  return views.flatMap((view) => {
    const described = view.columns.map((one) => `${quoteName(one.name)} ${one.type} COMMENT ${quoteText(one.comment)}`);
    const columns = `(${described.join(', ')})`;
    const comment = `COMMENT ${quoteText(view.comment)}`;
    const definition = (name: string, read: BiView) =>
      `CREATE OR REPLACE VIEW bi.${name}${on} ${columns} DEFINER = ${DEFINER} SQL SECURITY DEFINER
        AS ${rowsOf(read, OWN_COMPANY)} ${comment}`;
    if (cluster === undefined) return [definition(view.name, view)];
    const local = `${view.name}_local`;
    return [
      definition(local, { ...view, source: view.source.replace(/^\S+/, '$&_local') }),
      `CREATE OR REPLACE TABLE bi.${view.name}${on} ${columns} ENGINE = Distributed(${quoteText(cluster)}, 'bi', ${quoteText(local)}) ${comment}`,
    ];
  });
}
