import type { GraphApi } from '../meta/graphApi.ts';
import type { Account } from '../outbound.ts';

/** Instagram has two doors: accounts that are connected by their Facebook page, and by Instagram's own login. */
export interface InstagramGraphs {
  /** graph.facebook.com, for tokens of pages. */
  readonly facebook: GraphApi;
  /** graph.instagram.com, for tokens of Instagram users. */
  readonly instagram: GraphApi;
}

export function graphOf(graphs: InstagramGraphs, { settings }: Account): GraphApi {
  return settings.instagramLogin === 'INSTAGRAM' ? graphs.instagram : graphs.facebook;
}
