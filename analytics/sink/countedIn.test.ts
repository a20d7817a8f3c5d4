import { expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { eventOf, fact, presenceOf } from '../testing/facts.ts';
import { countedIn, together } from './countedIn.ts';
import { clickHouseTime, eventRow, type PlacedRow } from './eventRow.ts';

const at = (time: string) => new Date(`2026-${time}Z`);

function rowOf(event: object): PlacedRow {
  const row = eventRow(JSON.stringify(event));
  if (!row) throw new Error('an event of a conversation has a row');
  return { sequence: 1, row };
}

test('rows are counted in the months of all, and change the hours of their company', () => {
  const [one, other] = [v7(), v7()];
  const rows = [
    rowOf(eventOf(one, fact('received', { at: at('03-31T23:59:59.999') }))),
    rowOf(eventOf(one, fact('sent', { at: at('03-31T23:00:00.000') }))),
    rowOf(eventOf(one, fact('sent', { at: at('04-01T00:00:00.000') }))),
    rowOf(eventOf(other, fact('opened', { at: at('02-10T12:30:00.000') }))),
  ];
  expect(countedIn(rows)).toEqual({
    companies: [one, other],
    months: [202602, 202603, 202604],
    hasPresence: false,
    changes: [
      { companyId: one, hours: new Set([Date.UTC(2026, 2, 31, 23), Date.UTC(2026, 3, 1)]) },
      { companyId: other, hours: new Set([Date.UTC(2026, 1, 10, 12)]) },
    ],
  });
  expect(countedIn([])).toEqual({ companies: [], months: [], hasPresence: false, changes: [] });
});

test('of an agent who was taken to be there until now, the hours since they went are others', () => {
  const [company, agentId] = [v7(), v7()];
  const went = presenceOf(company, {
    agentId,
    is: 'OFFLINE',
    was: 'ONLINE',
    since: at('03-01T08:10:00.000'),
    until: at('03-01T09:50:00.000'),
  });
  const { row } = rowOf(went);
  const told = { sequence: 1, row: { ...row, at: '2026-03-01 11:05:00.000' } };
  const hours = [9, 10, 11].map((hour) => Date.UTC(2026, 2, 1, hour));
  const counted = countedIn([told]);
  expect(counted).toMatchObject({ hasPresence: true, changes: [{ companyId: company, hours: new Set(hours) }] });
  expect(together(countedIn([]), counted)).toEqual(counted);
});

test('a time is told to ClickHouse in milliseconds, however exactly it was said', () => {
  const time = (instant: string) => clickHouseTime(instant);
  expect(time('2026-03-01T09:30:01.250Z')).toBe('2026-03-01 09:30:01.250');
  expect(time('2026-03-01T09:30:01Z')).toBe('2026-03-01 09:30:01.000');
  expect(time('2026-03-01T09:30:01.2509999Z')).toBe('2026-03-01 09:30:01.250');
  for (const wrong of ['1999-12-31T23:59:59.999Z', '2100-01-01T00:00:00.000Z', '2100-01-01T00:00:00Z', 'yesterday']) {
    expect(() => time(wrong)).toThrow(expect.objectContaining({ code: 'TIME_OUT_OF_RANGE' }));
  }
});
