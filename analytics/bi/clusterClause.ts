import { quoteText } from './sql/quote.ts';

/** What a statement says to be run on each server of a cluster, if there is one: behind the name of what it is about. */
export function clusterClause(cluster: string | undefined): string {
  return cluster === undefined ? '' : ` ON CLUSTER ${quoteText(cluster)}`;
}
