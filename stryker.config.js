// One file of lib/wechatpay at a time, for test/mutate.js: for each mutant Stryker runs every test file that matches.
const { MUTATED = '', MUTATED_TESTS = '', MUTATED_REPORT = '' } = process.env;

export default {
  mutate: [MUTATED],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    configFile: 'jest.config.js',
    enableFindRelatedTests: false,
    config: {
      testMatch: MUTATED_TESTS.split(',').map((name) => `<rootDir>/${name}`),
      reporters: [],
      // Who is made to wait for ever is noticed by that.
      testTimeout: 10_000,
    },
  },
  coverageAnalysis: 'perTest',
  // What a module works out once, as it is loaded, would make every test load it anew.
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 60_000,
  reporters: ['json'],
  jsonReporter: { fileName: MUTATED_REPORT },
  tempDirName: '.stryker',
  allowEmpty: true,
};
