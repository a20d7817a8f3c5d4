import { describe, expect, test } from '@jest/globals';
import { extendSchema, parse, validate } from 'graphql';
import { areaOf } from './areas.ts';
import { finderOf } from './asking.ts';
import { belongingsOf } from './belongings.ts';
import { answeredIn, gaps } from './coverage.ts';
import { differencesOf } from './equalRights.ts';
import { callsOf, schema } from './operations.ts';

/** The graph with something that somebody has added. */
const extended = (sdl: string) => extendSchema(schema, parse(sdl));
const calling = (sdl: string, field: string) => callsOf(extended(sdl)).filter((call) => call.field === field);
const all = new Set(gaps(schema, new Set(), {}).missing);
const nobody = belongingsOf([], 'a company', {});

describe('what somebody adds to the graph', () => {
  test.each([
    ['a field of an object', 'extend type Conversation { forecast: String }', 'Conversation.forecast'],
    ['a query', 'extend type Query { forecast: String }', 'Query.forecast'],
    ['a mutation', 'extend type Mutation { forecast: String }', 'Mutation.forecast'],
    ['a subscription', 'extend type Subscription { forecast: String }', 'Subscription.forecast'],
    ['a type', 'type Forecast { rain: Int } extend type Team { forecast: Forecast }', 'Forecast.rain'],
    ['a member of a union', 'type Forecast { rain: Int } extend union Author = Forecast', 'Forecast.rain'],
  ])('is asked for and fails the sweep until its owner is answered: %s', (_what, sdl, coordinate) => {
    const [, name = ''] = coordinate.split('.');
    expect(callsOf(extended(sdl)).filter(({ text }) => text.includes(name)).length).toBeGreaterThan(0);
    expect(gaps(extended(sdl), all, {}).missing).toContain(coordinate);
    expect(gaps(extended(sdl), new Set([...all, coordinate]), {}).missing).not.toContain(coordinate);
    expect(gaps(extended(sdl), all, { [coordinate]: 'a reason' }).missing).not.toContain(coordinate);
  });

  test('fails the sweep where nothing leads to it', () => {
    const sdl = 'type Forecast { rain: Int }';
    expect(callsOf(extended(sdl)).some(({ text }) => text.includes('rain'))).toBe(false);
    expect(gaps(extended(sdl), all, {}).missing).toEqual(['Forecast.rain']);
  });

  test('is called with an id of what it names, also deep in an answer', () => {
    const sdl = 'extend type Contact { bill(conversationId: ID!): String }';
    const slots = calling(sdl, 'contacts').flatMap((call) => Object.values(call.slots));
    expect(slots).toContainEqual({ kind: 'Conversation', coordinate: 'Contact.bill.conversationId' });
  });

  test('is called with each of its optional arguments alone, those of an input too', () => {
    const sdl =
      'input Where { labelId: ID, note: String } extend type Query { bill(at: DateTime, where: Where): String }';
    expect(calling(sdl, 'bill').map(({ text }) => text)).toEqual([
      'query { bill }',
      'query ($v0: ID!) { bill(at: "2026-01-01T00:00:00.000Z", where: { labelId: $v0, note: "intruder" }) }',
      'query { bill(at: "2026-01-01T00:00:00.000Z") }',
      'query ($v0: ID!) { bill(where: { labelId: $v0 }) }',
      'query { bill(where: { note: "intruder" }) }',
    ]);
  });

  test('fails the sweep while nobody has said what its id is of', () => {
    const [call] = calling('extend type Query { bill(gadgetId: ID!): String }', 'bill');
    expect(call?.slots).toEqual({ v0: { kind: 'Gadget', coordinate: 'Query.bill.gadgetId' } });
    expect(() => nobody.idOf({ kind: 'Gadget', ordinal: 0 })).toThrow('There is no Gadget');
  });

  test('fails the sweep while nobody has said what stands for its scalar', () => {
    const sdl = 'scalar Money extend type Query { bill(least: Money!): String }';
    expect(() => calling(sdl, 'bill')).toThrow('No value for the scalar Money, which Query.bill.least takes');
  });

  test('is asked for in operations that the graph understands', () => {
    const sdl = 'type Forecast { id: Int, text: [String] } extend union Author = Forecast';
    const invalid = callsOf(extended(sdl)).flatMap(({ text }) => validate(extended(sdl), parse(text)));
    expect(invalid).toEqual([]);
  });

  test('fails the sweep while nobody has said who may see what a table has', () => {
    expect(() => areaOf('conversations.bills')).toThrow('enter it in areas.ts');
  });
});

describe('what an answer shows', () => {
  test('is every field that has something in it', () => {
    const data = { contact: { __typename: 'Contact', name: null, notes: [{ __typename: 'ContactNote', text: '' }] } };
    expect([...answeredIn('Query', data)].toSorted()).toEqual(['Contact.notes', 'ContactNote.text', 'Query.contact']);
  });

  test('is no mutation that was refused', () => {
    const refused = { assign: { __typename: 'AssignPayload', userErrors: [{ code: 'NOT_FOUND' }] } };
    expect(answeredIn('Mutation', refused)).not.toContain('Mutation.assign');
    expect(answeredIn('Mutation', { assign: { userErrors: [] } })).toContain('Mutation.assign');
    expect(answeredIn('Mutation', { assign: null })).not.toContain('Mutation.assign');
  });

  test('is told apart where members of a union have fields of one name', () => {
    const data = { drafts: { __typename: 'Agent', Agent_name: 'Ada' } };
    expect([...answeredIn('Query', data)]).toContain('Agent.name');
  });

  test('are secrets also within a cursor, and what is like one is none', () => {
    const secretsIn = finderOf(['a@b.example', '0192']);
    const cursor = Buffer.from('["0192"]').toString('base64url');
    expect(secretsIn(JSON.stringify({ edges: [{ cursor }] }))).toEqual(['0192']);
    expect(secretsIn('{"email":"a@b.example"}')).toEqual(['a@b.example']);
    expect(secretsIn('{"email":"a@b-example"}')).toEqual([]);
    expect(finderOf([])('anything')).toEqual([]);
  });
});

describe('two agents of equal rights', () => {
  const seen = (data: object) => [{ call: { text: '{ agents { id } }' }, variables: {}, answer: { data } }] as never;
  const conversation = (unread: number, drafts: readonly string[], status = 'OPEN') => ({
    conversation: { __typename: 'Conversation', id: '1', status, unread, drafts },
  });

  test('are shown the same, or something else that is marked', () => {
    const [one, other] = [seen(conversation(1, ['a'])), seen(conversation(2, ['a', 'b']))];
    const marks = new Set(['Conversation.unread', 'Conversation.drafts']);
    expect(differencesOf(one, one, marks)).toEqual({ unmarked: [], marked: [] });
    expect(differencesOf(one, other, marks)).toEqual({ unmarked: [], marked: [...marks].toSorted() });
  });

  test('fail the sweep by a field that somebody adds and does not mark', () => {
    const [one, other] = [seen(conversation(1, ['a'])), seen(conversation(1, ['b'], 'RESOLVED'))];
    expect(differencesOf(one, other, new Set(['Conversation.unread'])).unmarked).toEqual([
      'Conversation.drafts',
      'Conversation.status',
    ]);
    const gone = seen({ conversation: null });
    expect(differencesOf(one, gone, new Set()).unmarked).toEqual(['Query.conversation']);
  });
});

test('an exception that is none any more is named', () => {
  const answered = new Set(['Team.name']);
  expect(gaps(schema, answered, { 'Team.name': 'a reason', 'Team.gone': 'a reason' }).needless).toEqual([
    'Team.name',
    'Team.gone',
  ]);
});
