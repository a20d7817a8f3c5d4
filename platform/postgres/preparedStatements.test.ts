import { describe, expect, it } from '@jest/globals';
import { createStatementNames } from './preparedStatements.ts';

describe('the names of a context’s statements', () => {
  it('are given from the third use on, and stay', () => {
    const names = createStatementNames();
    const used = Array.from({ length: 5 }, () => names.of('select $1'));
    expect(used).toEqual([undefined, undefined, 's1', 's1', 's1']);
    for (let n = 0; n < 2; n++) names.of('select $2');
    expect(names.of('select $2')).toBe('s2');
  });

  it('are so many and no more, however many statements there are', () => {
    const names = createStatementNames();
    const given = new Set<string>();
    for (let text = 0; text < 1_000; text++) {
      for (let use = 0; use < 3; use++) {
        const name = names.of(`select $1 + ${String(text)}`);
        if (name !== undefined) given.add(name);
      }
    }
    expect(given.size).toBe(300);
    expect(names.of('select $1 + 0')).toBe('s1');
  });

  it('do not remember without end what is used only once', () => {
    const names = createStatementNames();
    names.of('select $1');
    names.of('select $1');
    for (let text = 0; text < 2_000; text++) names.of(`select $1 + ${String(text)}`);
    expect([names.of('select $1'), names.of('select $1'), names.of('select $1')]).toEqual([undefined, undefined, 's1']);
  });
});
