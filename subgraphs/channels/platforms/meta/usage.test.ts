import { describe, expect, it } from '@jest/globals';
import { usageWaitMs } from './usage.ts';

const business = (...usages: object[]) => ({ 'x-business-use-case-usage': JSON.stringify({ 1234: usages }) });

describe('what is left of a limit', () => {
  it.each([
    ['nothing said', {}, undefined],
    ['something left', { 'x-app-usage': '{"call_count":99,"total_time":3,"total_cputime":1}' }, undefined],
    ['an app that has used its calls up', { 'x-app-usage': '{"call_count":100}' }, 60_000],
    ['a business with something left', business({ call_count: 12 }), undefined],
    ['a business that has used its time up', business({ call_count: 1, total_time: 140 }), 60_000],
    ['a business that is told how long', business({ call_count: 100, estimated_time_to_regain_access: 7 }), 420_000],
    [
      'the longest of several',
      business({ call_count: 100, estimated_time_to_regain_access: 7 }, { total_time: 100 }),
      420_000,
    ],
    ['what is no JSON', { 'x-app-usage': 'soon', 'x-business-use-case-usage': '[1]' }, undefined],
    ['several headers of one name', { 'x-app-usage': ['{}', '{}'] }, undefined],
  ])('reads %s', (_what, headers, waitMs) => {
    expect(usageWaitMs(headers)).toBe(waitMs);
  });
});
