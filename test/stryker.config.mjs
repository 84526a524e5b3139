// Mutation tests of the parts that are arithmetic: addresses, the memory map, Xen on paper. How to run it: CONTRIBUTING.md.

export default {
  testRunner: 'mocha',
  plugins: ['@stryker-mutator/mocha-runner'],
  testRunnerNodeArgs: ['--import=tsx'],
  // In the order of their speed: the first that fails ends the test of a mutant.
  mochaOptions: {
    'no-config': true,
    spec: [
      ...[
        'addresses',
        'map-memory',
        'ranges',
        'xen-frames',
        'xen-refusals',
        'xen-observed',
        'xen-behaviours',
      ],
      ...['linux-model', 'linux-dom0', 'move-region', 'xen-boot', 'wild-bugs', 'rules', 'fixes'],
      ...['domain-map', 'expert-inputs', 'guest-rules', 'guests', 'partial-trees'],
      ...['xen/machines', 'xen/facts-left-out'],
    ].map((name) => `test/${name}.test.ts`),
  },
  mutate: ['addresses', 'memory', 'xen', 'xen/steps'].map((folder) => `server/src/${folder}/*.ts`),
  coverageAnalysis: 'perTest',
  // What runs once while modules load would need a process for each mutant.
  ignoreStatic: true,
  ignorePatterns: ['dist', 'out', '.cache'],
  timeoutMS: 10_000,
  reporters: ['clear-text', 'progress-append-only', 'json'],
  jsonReporter: { fileName: 'out/mutation.json' },
  tempDirName: 'out/stryker',
};
