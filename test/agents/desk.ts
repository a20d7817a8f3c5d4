import type { Colleague, Company } from './company.ts';
import type { Ask } from './graph.ts';
import type { Random } from './random.ts';
import type { RunLog } from './runLog.ts';
import type { Screen } from './screen.ts';

/** A conversation as the list shows it. */
export interface Row {
  readonly id: string;
  readonly version: number;
  readonly assignee: { readonly id: string } | null;
  readonly lastMessage: { readonly id: string } | null;
}

/** What somebody has before them while they work. */
export interface Desk {
  readonly me: Colleague;
  readonly company: Company;
  readonly random: Random;
  readonly screen: Screen;
  readonly log: RunLog;
  readonly ask: Ask;
  /** The list as they saw it last. */
  rows: readonly Row[];
  /** What their client says of them. */
  presence: 'ONLINE' | 'AWAY' | 'OFFLINE';
  isAway: boolean;
}

/** Undefined: it was done. Else the code with which it was refused, or NOTHING. */
export type Outcome = string | undefined;
/** There was nothing to do it with. */
export const NOTHING = 'NOTHING';

/** Something that people do. */
export interface Action {
  readonly name: string;
  /** How often, beside the others. */
  readonly weight: number;
  run(desk: Desk): Promise<Outcome>;
}

/** Asks for a change of what is on the desk. @returns the first code with which it was refused */
export async function change(
  desk: Desk,
  mutation: string,
  input: object,
  type = inputTypeOf(mutation),
): Promise<Outcome> {
  const query = `mutation ($input: ${type}!) { done: ${mutation}(input: $input) { userErrors { code } } }`;
  const { done } = await desk.ask<{ done: { userErrors: readonly { code: string }[] } }>(query, { input });
  return done.userErrors[0]?.code;
}

function inputTypeOf(mutation: string): string {
  return `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
}

/** Does something with one of the conversations that the list shows. */
export function withOne(work: (desk: Desk, row: Row) => Promise<Outcome>): (desk: Desk) => Promise<Outcome> {
  return async (desk) => {
    const row = desk.random.pick(desk.rows);
    return row ? work(desk, row) : NOTHING;
  };
}
