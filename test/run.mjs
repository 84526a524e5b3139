// Runs suites by name, each with what it needs set up first, and says how many checks passed and failed.
//   node test/run.mjs fast | oracle | xen | bench | fuzz | e2e | total      `total` adds up what the runs before it left in out/results

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installPackages, root } from '../client/start/install-packages.mjs';

const bin = (name) => path.join('node_modules', name);
const mocha = (...specs) => [bin('mocha/bin/mocha.js'), ...specs];
const grammarTest = [
  bin('vscode-tmgrammar-test/dist/unit.js'),
  ...['-g', 'syntaxes/devicetree.tmLanguage.json', 'test/grammar/*.dts'],
];

/** Long ones that need no bundle, which the other lane makes. */
const withoutBundles = [
  ...['bounds', 'fixes', 'formats', 'line-ends', 'predicted-panics', 'rules'],
].map((name) => `test/${name}.test.ts`);
const options = (name, values) => values.flatMap((value) => [name, value]);
const besideBundles = mocha(...options('--spec', withoutBundles));

/**
 * Each step is a Node script with arguments; a step that is not mocha counts as one check. Steps of one lane run one after
 * the other, lanes beside each other.
 */
const suites = {
  fast: [
    [
      [bin('typescript/bin/tsc'), '-b'],
      [bin('eslint/bin/eslint.js'), '.'],
      [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
      grammarTest,
      besideBundles,
    ],
    [
      mocha(
        ...options('--spec', ['test/*.test.ts', 'test/package/*.test.ts']),
        ...options('--ignore', withoutBundles),
      ),
    ],
  ],
  oracle: [[['esbuild.mjs'], mocha('--spec', 'test/oracle/**/*.test.ts')]],
  xen: [[mocha('--spec', 'test/xen/**/*.test.ts')]],
  bench: [[['esbuild.mjs'], mocha('--spec', 'test/bench/*.test.ts')]],
  // Random inputs, and what goes wrong while the bundles run.
  fuzz: [
    [mocha('--spec', 'test/fuzz/*.test.ts')],
    [['esbuild.mjs'], mocha('--spec', 'test/faults/*.test.ts', '--spec', 'test/fixes/*.test.ts')],
  ],
  // A scenario in a real editor may be tried a second time; the reporter says which one was.
  e2e: [[mocha('--spec', 'test/e2e/**/*.test.ts', '--timeout', '180000', '--retries', '1')]],
};

const results = path.join(root, 'out/results');
let mochaRuns = 0;
const [suite] = process.argv.slice(2);
if (suite === 'total') reportTotal();
else if (suite && suite in suites) await runSuite(suite);
else {
  console.error(`usage: node test/run.mjs ${Object.keys(suites).join(' | ')} | total`);
  process.exitCode = 2;
}

async function runSuite(name) {
  const began = Date.now();
  const result = { passed: 0, failed: 0, skipped: 0, seconds: 0, failures: [] };
  const file = path.join(results, `${name}.json`);
  mkdirSync(results, { recursive: true });
  rmSync(file, { force: true });
  installPackages();
  await Promise.all(
    suites[name].map(async (lane) => {
      for (const step of lane) add(result, await runStep(step));
    }),
  );
  result.seconds = Math.round((Date.now() - began) / 1000);
  writeFileSync(file, JSON.stringify(result));
  report(`test:${name} in ${String(result.seconds)} s`, result);
}

/** Mocha's output is shown as it comes, that of other steps when they have ended. */
async function runStep(step) {
  const [script, ...args] = step;
  const isMocha = script.includes('mocha');
  // A file of its own for each, since lanes run beside each other.
  const counts = path.join(results, `mocha-${String((mochaRuns += isMocha ? 1 : 0))}.json`);
  if (isMocha) rmSync(counts, { force: true });
  const title = `\n> ${[script, ...args].join(' ')}`;
  if (isMocha) console.log(title);
  const reporter = isMocha ? ['--reporter', 'test/support/counting-reporter.cjs'] : [];
  const child = spawn(process.execPath, [script, ...args, ...reporter], {
    cwd: root,
    stdio: ['ignore', ...Array(2).fill(isMocha ? 'inherit' : 'pipe')],
    env: {
      ...process.env,
      DTMAP_MOCHA_COUNTS: counts,
      // They would be written while the other lane runs them.
      ...(step === besideBundles && { DTMAP_WITHOUT_BUNDLES: '1' }),
    },
  });
  const output = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text) => output.push(text));
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (!isMocha) {
    console.log([title, String(Buffer.concat(output)).trimEnd()].filter(Boolean).join('\n'));
    return status === 0 ? { passed: 1 } : { failed: 1, failures: [{ title: title.trim() }] };
  }
  const counted = existsSync(counts) ? JSON.parse(readFileSync(counts, 'utf8')) : { failed: 0 };
  // Mocha that ends badly without a failed test could not load one.
  if (status !== 0 && counted.failed === 0)
    return { ...counted, failed: 1, failures: [{ title: title.trim() }] };
  return counted;
}

function reportTotal() {
  const total = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const name of Object.keys(suites)) {
    const file = path.join(results, `${name}.json`);
    add(
      total,
      existsSync(file)
        ? JSON.parse(readFileSync(file, 'utf8'))
        : { failed: 1, failures: [{ title: `test:${name} left no result` }] },
    );
  }
  // The end of a long log is what is kept of it.
  for (const { title, because } of total.failures)
    console.log([`failed: ${title}`, because].filter(Boolean).join('\n  '));
  report('', total);
}

function add(sum, { passed = 0, failed = 0, skipped = 0, failures = [] }) {
  sum.passed += passed;
  sum.failed += failed;
  sum.skipped += skipped;
  sum.failures.push(...failures);
}

function report(title, { passed, failed, skipped }) {
  if (skipped > 0) console.log(`${String(skipped)} skipped by DTMAP_SKIP`);
  console.log(`${title && `${title}: `}${String(passed)} passed, ${String(failed)} failed`);
  if (failed > 0) process.exitCode = 1;
}
