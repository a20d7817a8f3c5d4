import { eventually } from '#test/stack/eventually.ts';
import type { GraphqlAnswer, RunningPlatform } from '../runningPlatform.ts';
import { isWithoutErrors } from './coverage.ts';
import type { Call } from './operations.ts';

export type Answer = GraphqlAnswer<Readonly<Record<string, unknown>> | null>;
export type Variables = Readonly<Record<string, string>>;
/** An id in a call. */
export interface Named {
  readonly variable: string;
  readonly kind: string;
  readonly coordinate: string;
  /** How many others of its kind the call names before it: two contacts that are to be one have to be two. */
  readonly ordinal: number;
}
export type IdOf = (named: Named) => string;
/** Where the lists of root fields of one name begin and end. */
export type Cursors = ReadonlyMap<string, Readonly<Record<'startCursor' | 'endCursor', string>>>;

export function idsOf({ slots }: Call): Named[] {
  const count = new Map<string, number>();
  return Object.entries(slots).flatMap(([variable, slot]) => {
    if (!('kind' in slot)) return [];
    const ordinal = count.get(slot.kind) ?? 0;
    count.set(slot.kind, ordinal + 1);
    return [{ ...slot, variable, ordinal }];
  });
}

/** Whether a call goes on from where a list, or what was heard, was left. */
export function isResumed({ slots }: Call): boolean {
  return Object.values(slots).some((slot) => 'cursor' in slot);
}

export function variablesOf(call: Call, idOf: IdOf, cursors: Cursors): Variables {
  const values = new Map(idsOf(call).map((named) => [named.variable, idOf(named)]));
  for (const [variable, slot] of Object.entries(call.slots)) {
    if ('fresh' in slot) values.set(variable, slot.fresh());
    if ('cursor' in slot) values.set(variable, cursorOf(call, slot.cursor, cursors));
  }
  return Object.fromEntries(values);
}

function cursorOf({ field }: Call, end: 'startCursor' | 'endCursor', cursors: Cursors): string {
  const cursor = cursors.get(field)?.[end];
  if (cursor === undefined) throw new Error(`${field} gives its owner nothing, so that nobody has a cursor of it`);
  return cursor;
}

/** Asks again while as many jobs are under way as somebody may have. */
export async function askOnceThereIsRoom(
  { ask }: RunningPlatform,
  token: string | undefined,
  text: string,
  variables: Variables,
): Promise<Answer> {
  return eventually(async () => {
    const answer: Answer = await ask(token, text, variables);
    if (JSON.stringify(answer).includes('"TOO_MANY_JOBS"')) throw new Error('too many jobs are under way');
    return answer;
  });
}

/** Whether a mutation says that it was done. */
export function isDone({ root, field }: Call, { data, errors }: Answer): boolean {
  return root === 'Mutation' && !errors && data?.[field] != null && isWithoutErrors(data[field]);
}

const changing =
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z|(?<=\?)[^"]*(?=")|(?<=")eyJ[\w-]+(?=")/g;

/** An answer without what is another at each time: ids (of a dashboard, what was asked), instants, signatures of addresses. */
export function plain(answer: Answer): string {
  return JSON.stringify(answer).replaceAll(changing, '…');
}

/** Where lists go on, which says of a thing when and which it is, if one knows how to read it. */
const cursors = /(?<="(?:cursor|startCursor|endCursor)":")[\w+/=-]+(?=")/g;

function withCursorsRead(text: string): string {
  return [text, ...(text.match(cursors) ?? []).map((one) => Buffer.from(one, 'base64url').toString())].join(' ');
}

/** Finds which of some secrets stand in an answer, also within its cursors. */
export function finderOf(secrets: readonly string[]): (text: string) => string[] {
  if (secrets.length === 0) return () => [];
  const any = new RegExp(secrets.map((secret) => secret.replaceAll(/\W/g, '\\$&')).join('|'), 'g');
  return (text) => [...new Set(withCursorsRead(text).match(any) ?? [])];
}

/** What is told that was not said by who asks. */
export function toldBy(secretsIn: (text: string) => string[], asked: Asked, told: unknown): string[] {
  const said = asked.call.text + JSON.stringify(asked.variables);
  return secretsIn(JSON.stringify(told)).filter((secret) => !said.includes(secret));
}

export interface Asked {
  readonly call: Call;
  readonly variables: Variables;
}
