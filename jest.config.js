/** @type {import('jest').Config} */
export default {
  extensionsToTreatAsEsm: ['.ts'],
  // Why: see there.
  runtime: '<rootDir>/test/stack/nativeRuntime.ts',
  globalSetup: './test/stack/globalSetup.ts',
  globalTeardown: './test/stack/globalTeardown.ts',
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/.data/'],
  modulePathIgnorePatterns: ['<rootDir>/.data/'],
  // Node.js reads TypeScript itself.
  transform: {},
  // Suites share the machine's two cores with the servers they start.
  maxWorkers: 2,
  // What suites import stays in memory after them: past some of it, half of the time goes into looking for what is garbage.
  workerIdleMemoryLimit: '1GB',
  // Also of set-ups, which start servers: the longest takes half a minute alone, and many times that on a machine that has other work as
  // well. It ends what hangs; what is only slow is none of its business.
  testTimeout: 600_000,
};
