import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';
import type jestRuntime from 'jest-runtime';
import { useGlobals, type Globals } from './jestGlobals.ts';

const { default: Runtime } = createRequire(import.meta.url)('jest-runtime') as typeof jestRuntime;

const globalsUrl = new URL('./jestGlobals.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals' && /\.ts(\?|$)/.test(context.parentURL ?? '')
      ? { url: globalsUrl, shortCircuit: true }
      : next(specifier, context),
});

/** What tests name in expectations, as in `expect.any(String)`, and what `expect` asks of a value. */
const intrinsics =
  'AggregateError Array BigInt Boolean Date Error Function Map Number Object Promise RangeError RegExp Set String Symbol SyntaxError TypeError';

let suites = 0;

/**
 * Loads suites as Node.js loads programs, so that what they import is loaded once for all suites of a worker. Jest's own way
 * loads everything anew for each suite, into a context of its own, which takes longer than most tests.
 */
class NativeRuntime extends Runtime {
  constructor(...[config, environment, ...rest]: ConstructorParameters<typeof Runtime>) {
    // Jest itself stays in a context of each suite. What is tested runs outside of it, so these have to be those of outside.
    for (const name of intrinsics.split(' ')) Reflect.set(environment.global, name, Reflect.get(globalThis, name));
    environment.fakeTimersModern = new ModernFakeTimers({ config, global: globalThis });
    environment.moduleMocker = new ModuleMocker(globalThis);
    super(config, environment, ...rest);
  }

  override async unstable_importModule(from: string): Promise<void> {
    useGlobals(this.requireModuleOrMock<Globals>(from, '@jest/globals'));
    const url = pathToFileURL(from);
    // In watch mode a suite runs more than once.
    url.searchParams.set('suite', String(suites++));
    await import(url.href);
  }
}

export { NativeRuntime as 'module.exports' };
