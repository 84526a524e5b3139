// Mocha's spec reporter, which also names tests that needed a second attempt and leaves the counts in a file.

const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const retried = [];
    runner.on(Runner.constants.EVENT_TEST_RETRY, (test, error) => {
      retried.push(`${test.fullTitle()}: ${error.message}`);
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      for (const test of retried) console.log(`  second attempt: ${test}`);
      const { passes, failures, pending } = runner.stats;
      const file = process.env.DTMAP_MOCHA_COUNTS;
      if (file) {
        writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
      }
    });
  }
};
