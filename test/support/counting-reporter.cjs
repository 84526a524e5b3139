// Mocha's spec reporter, which also names tests that needed a second attempt and leaves counts and failures in a file.

const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const retried = [];
    const failed = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => {
      failed.push({ title: test.fullTitle(), because: String(error.message).slice(0, 1000) });
    });
    runner.on(Runner.constants.EVENT_TEST_RETRY, (test, error) => {
      retried.push(`${test.fullTitle()}: ${error.message}`);
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      for (const test of retried) console.log(`  second attempt: ${test}`);
      const { passes, failures, pending } = runner.stats;
      const file = process.env.DTMAP_MOCHA_COUNTS;
      if (file) {
        const counts = { passed: passes, failed: failures, skipped: pending, failures: failed };
        writeFileSync(file, JSON.stringify(counts));
      }
    });
  }
};
