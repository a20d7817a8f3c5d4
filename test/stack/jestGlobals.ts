import type * as jestGlobals from '@jest/globals';

export type Globals = Omit<typeof jestGlobals, 'mocked'>;

let current: Globals | undefined;

/** From now on it is these that a suite and what it imports get from `@jest/globals`. */
export function useGlobals(globals: Globals): void {
  current = globals;
}

/** Those of the suite that runs: modules are loaded once, and each suite has its own. */
function ofTheSuite<Name extends keyof Globals>(name: Name): Globals[Name] {
  const target = (): Globals[Name] => {
    if (!current) throw new Error(`${name} is there while Jest runs a suite; run it with npm test`);
    return current[name];
  };
  return new Proxy(function () {} as unknown as Globals[Name] & object, {
    apply: (_, self, args) => Reflect.apply(target() as unknown as () => unknown, self, args),
    get: (_, key) => Reflect.get(target() as object, key),
  });
}

export const afterAll = ofTheSuite('afterAll');
export const afterEach = ofTheSuite('afterEach');
export const beforeAll = ofTheSuite('beforeAll');
export const beforeEach = ofTheSuite('beforeEach');
export const describe = ofTheSuite('describe');
export const expect = ofTheSuite('expect');
export const it = ofTheSuite('it');
export const jest = ofTheSuite('jest');
export const test = ofTheSuite('test');
