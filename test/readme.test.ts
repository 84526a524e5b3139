// The README and the pages tell the truth: their commands run, and their settings and documents are there.

import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { groupNames } from '../server/src/rules/rule-groups.ts';
import { allRules } from '../server/src/rules/all-rules.ts';
import { defaultSettings } from '../server/src/lsp/settings.ts';
import { bundle, root } from './support/bundles.ts';

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly default: unknown }>>;
    };
  };
}

/** A name and four numbers. */
const ROW = /^\| ([\w.-]+) +\| (\d+) +\| (\d+) +\| (\d+) +\| (\d+) +\|$/gm;

const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;

/** Every page for people, but for those of the rules, which are generated and name no command. */
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'client/sample/examples/README.md',
  ...['test', 'test/fixtures', 'test/xen/record'].map((folder) => `${folder}/README.md`),
  ...readdirSync(path.join(root, 'server/docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('rules'))
    .map((name) => `server/docs/${name.split(path.sep).join('/')}`),
];

/** Command lines that take minutes or a browser: the file that runs them, and the words of it that do. */
const elsewhere: Readonly<Record<string, readonly [file: string, words: string]>> = {
  'npm start': ['test/e2e/vscode/start-vscode.ts', 'client/start/start.mjs'],
  'npm test': ['.ci/run', 'npm test'],
  'npm run test:oracle': ['.ci/run', 'npm run test:oracle'],
  'npm run test:xen': ['.ci/run', 'npm run test:xen'],
  'npm run test:bench': ['.ci/run', 'npm run test:bench'],
  'npm run test:fuzz': ['.ci/run', 'npm run test:fuzz'],
  'npm run test:e2e': ['.ci/run', 'npm run test:e2e'],
  'npm run build': ['test/support/bundles.ts', 'esbuild.mjs'],
  'npm run package -- --baseContentUrl URL/blob/main --baseImagesUrl URL/raw/main': [
    'test/package/package.test.ts',
    "'--baseContentUrl'",
  ],
  'npm run package': ['client/release/release.mjs', 'client/release/package.mjs'],
  'npm run release': ['test/package/package.test.ts', 'client/release/release.mjs'],
  'UPDATE=1 npx mocha test/console-blocks.test.ts': ['test/run.mjs', 'test/*.test.ts'],
  'npx mocha test/rules.test.ts': ['test/run.mjs', 'test/*.test.ts'],
  'npx mocha --spec test/map-memory.test.ts': ['test/run.mjs', 'test/*.test.ts'],
  'npx mocha --spec test/rules.test.ts -g reserved-overlap': ['test/run.mjs', 'test/*.test.ts'],
  'npx mocha --spec test/xen/recordings.test.ts -g two-banks-resv': [
    'test/run.mjs',
    'test/xen/**/*.test.ts',
  ],
  'UPDATE=1 npx mocha test/published-names.test.ts': ['test/run.mjs', 'test/*.test.ts'],
  'npx mocha test/ranges.test.ts': ['test/run.mjs', 'test/*.test.ts'],
  'npx mocha test/e2e/vscode/NAME.test.ts --timeout 180000': [
    'test/run.mjs',
    'test/e2e/**/*.test.ts',
  ],
  'UPDATE=1 npm test': ['.ci/run', 'npm test'],
  'npm run new-rule memory/region-too-small': ['test/new-rule.test.ts', 'new-rule.ts'],
  'UPDATE=1 npx mocha test/rule-pages.test.ts': ['test/run.mjs', 'test/*.test.ts'],
  'UPDATE=1 npx mocha test/schemas.test.ts': ['test/run.mjs', 'test/*.test.ts'],
  'npx tsx test/bench/peers.ts -- COMMAND ARGUMENTS': ['test/oracle/peers.test.ts', 'peers.ts'],
  'npm ci && npm run build && npm link': ['.github/workflows/test.yml', 'npm link'],
  'npm run pack': ['.github/workflows/test.yml', 'npm run pack'],
  'dtmap completion fish | source': ['test/e2e/tools/completion.test.ts', 'dtmap completion fish'],
  'npm install -g ./out/dtmap-0.1.0.tgz': ['test/package/package.test.ts', "'--global'"],
  'node dist/dtmap.js lsp --stdio': ['test/oracle/peers.test.ts', "'lsp', '--stdio'"],
  'dtmap lsp --stdio': ['test/editors.test.ts', "bundle('dtmap.js')"],
  'dtmap man | man -l -': ['test/cli.test.ts', "dtmap(['man'])"],
};

const RECORDING =
  'needs QEMU and images of Xen and Linux; test/split-console.test.ts tests the reading';

/** Command lines that no test runs, and why. */
const notRun: Readonly<Record<string, string>> = {
  'npm run watch': 'ends on Ctrl+C only; it is `npm run build` with another option of esbuild',
  'npm run bench': 'takes half an hour; its parts are timed by tests of their own',
  'npm run coverage': 'runs the other suites once more and counts',
  'npm install --no-save mocha@10 @stryker-mutator/core@9 @stryker-mutator/mocha-runner@9':
    'replaces the installed mocha',
  "npx stryker run test/stryker.config.mjs --mutate 'server/src/memory/*.ts'":
    'runs the suites once for each mutant',
  'dpkg --add-architecture arm64 && apt-get update': RECORDING,
  'apt-get download xen-hypervisor-4.17-arm64:arm64 linux-image-6.1.0-57-cloud-arm64:arm64':
    RECORDING,
  'for package in *.deb; do dpkg-deb -x "$package" images; done': RECORDING,
  'npx tsx test/xen/record/record.ts test/fixtures/xen-boots/two-banks-resv --build 4.17.7-ndebug --xen images/boot/xen-4.17-arm64 --kernel images/boot/vmlinuz-6.1.0-57-cloud-arm64':
    RECORDING,
  'npm run pictures': 'rewrites committed pictures',
  'code --install-extension out/dtmap.vsix': 'needs a desktop; code-server installs the same file',
  'claude mcp add dtmap -- dtmap mcp': 'is of another program; test/mcp.test.ts starts the server',
  'docker build -t dtmap .': 'needs Docker and its registry; test/fittings.test.ts reads the file',
  'docker run --rm -v "$PWD:/work" dtmap check board.dts': 'needs the container',
};

/** Settings that VS Code's half of the extension reads, and the server never sees. */
const CLIENT_SETTINGS = new Set([
  ...['dtmap.trace.server', 'dtmap.languageFeatures', 'dtmap.showMapOnOpen'],
]);

/** The settings of VS Code, the pages and the samples. */
function filesThatNameRules(): { readonly file: string; readonly text: string }[] {
  const below = (folder: string): string[] =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:dtsi?|dtso|json|md)$/.test(name))
      .map((name) => `${folder}/${name.split(path.sep).join('/')}`);
  return ['package.json', ...pages, ...below('client/sample'), ...below('client/walkthrough')].map(
    (file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }),
  );
}

/** The lines of `sh` blocks, and commands within sentences. Names of commands without arguments are no command lines. */
function commandLines(): { readonly page: string; readonly line: string }[] {
  return pages.flatMap((page) => {
    const text = readFileSync(path.join(root, page), 'utf8');
    const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
      block.split('\n').map((line) => line.replace(/\s+# .*$/, '').trim()),
    );
    const inline = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`]+)`/g)]
      .map(([, code = '']) => code.replace(/\s+/g, ' '))
      .filter((code) => /^(?:[A-Z]+=\S+ )?(?:npm|npx|node|docker|code|cd|dtmap \S+) \S/.test(code));
    return [...new Set([...blocks, ...inline])]
      .filter((line) => line !== '')
      .map((line) => ({ page, line }));
  });
}

/** Runs a line as a reader would: `node dist/…` in this repository, `dtmap …` in a folder with boards and dtmap on the PATH. */
function runAsWritten(line: string): SpawnSyncReturns<string> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dtmap-readme-'));
  const program = `#!/bin/sh\nexec '${process.execPath}' '${bundle('dtmap.js')}' "$@"\n`;
  writeFileSync(path.join(folder, 'dtmap'), program, { mode: 0o755 });
  for (const name of ['board.dts', 'a.dts', 'b.dts'])
    copyFileSync(path.join(root, 'client/sample/board.dts'), path.join(folder, name));
  writeFileSync(path.join(folder, 'dtmap-baseline.json'), '{ "version": 2, "findings": [] }');
  for (const name of ['1.sarif', '2.sarif'])
    if (line.includes('merge'))
      spawnSync(process.execPath, [
        bundle('dtmap.js'),
        ...[
          'check',
          path.join(folder, 'a.dts'),
          '--format',
          'sarif',
          '-o',
          path.join(folder, name),
        ],
      ]);
  const ran = spawnSync('bash', ['-c', line], {
    // What names files of the repository is run there.
    cwd: /client\/|node /.test(line) ? root : folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}${path.delimiter}${process.env['PATH'] ?? ''}` },
  });
  rmSync(folder, { recursive: true, force: true });
  return ran;
}

describe('README and manifest', function () {
  this.timeout(60_000);

  it('counts the boots of each release as the page on accuracy does, which a test makes', () => {
    const accuracy = readFileSync(path.join(root, 'server/docs/accuracy.md'), 'utf8');
    const sums = new Map<string, number[]>();
    for (const [, build = '', ...counts] of accuracy.matchAll(ROW)) {
      const release = build.startsWith('master') ? 'unstable' : /4\.\d+/.exec(build)?.[0];
      for (const key of release === undefined ? [] : [release, 'all'])
        sums.set(
          key,
          counts.map((count, at) => Number(count) + (sums.get(key)?.[at] ?? 0)),
        );
    }
    const [, table = ''] = readme.split('| Xen ');
    const shown = [...table.matchAll(ROW)].map(
      ([, release = '', ...counts]): [string, number[]] => [release, counts.map(Number)],
    );
    assert.equal(shown.length, 14);
    assert.deepEqual(new Map(shown), sums);
  });

  for (const { page, line } of commandLines()) {
    const runs = /^(?:cd \S+ && )?(?:node dist|node \.\.|dtmap |source )/.test(line);
    if (line in notRun) continue;
    if (runs && !(line in elsewhere))
      it(`${page}: ${line} runs`, () => {
        const { status, stdout, stderr } = runAsWritten(line);
        assert.ok(status === 0 || status === 1, `exit status ${String(status)}: ${stderr}`);
        assert.doesNotMatch(stderr, /^dtmap: /m);
        // What is written elsewhere, and what is formatted already, prints nothing.
        if (!/ -o |baseline|^source |^dtmap fmt /.test(line)) assert.notEqual(stdout, '');
      });
    else
      it(`${page}: ${line} is run by another test`, () => {
        const [file, words] = elsewhere[line] ?? [];
        assert.ok(
          file !== undefined && words !== undefined,
          'nothing runs it: add it to a table, with a reason',
        );
        assert.ok(readFileSync(path.join(root, file), 'utf8').includes(words), `${file}: ${words}`);
      });
  }

  it('no table names a command line that no page has', () => {
    const lines = new Set(commandLines().map(({ line }) => line));
    assert.deepEqual(
      [...Object.keys(elsewhere), ...Object.keys(notRun)].filter((line) => !lines.has(line)),
      [],
    );
  });

  it('the findings it shows are those of the sample', () => {
    bundle('dtmap.js');
    const shown = readme.match(/^client\/sample\/board\.dts:.*$/gm) ?? [];
    assert.notDeepEqual(shown, []);
    const { stdout } = spawnSync(
      process.execPath,
      ['dist/dtmap.js', 'check', 'client/sample/board.dts'],
      { cwd: root, encoding: 'utf8' },
    );
    for (const line of shown) assert.ok(stdout.includes(line), line);
  });

  it('names scripts and documents that are there', () => {
    const scripts = [...readme.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? '');
    assert.deepEqual(
      scripts.filter((name) => manifest.scripts[name] === undefined),
      [],
    );
    for (const page of pages) {
      const text = readFileSync(path.join(root, page), 'utf8');
      const links = [...text.matchAll(/\]\(([\w./-]+)(?:#[\w-]+)?\)/g)].map(
        ([, link = '']) => link,
      );
      assert.deepEqual(
        links.filter((link) => !existsSync(path.join(root, path.dirname(page), link))),
        [],
        page,
      );
    }
  });

  for (const folder of ['test', 'test/fixtures'])
    it(`${folder}/README.md has a row for every folder, and for no other`, () => {
      const text = readFileSync(path.join(root, folder, 'README.md'), 'utf8');
      const rows = [...text.matchAll(/^\| `([\w-]+)(?:\/[^`]*)?` /gm)].map(([, name = '']) => name);
      const folders = readdirSync(path.join(root, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name);
      const named = rows.filter((name) => !name.startsWith('DTMAP_') && name !== 'UPDATE');
      assert.deepEqual([...new Set(named)].sort(), folders.sort());
    });

  it('every setting is documented, with the default the server has', () => {
    const { properties } = manifest.contributes.configuration;
    const settings = Object.keys(properties).filter((name) => !CLIENT_SETTINGS.has(name));
    assert.deepEqual(
      Object.fromEntries(settings.map((name) => [name.slice(6), properties[name]?.default])),
      defaultSettings,
    );
    assert.deepEqual(
      settings.filter((name) => !readme.includes(`\`${name}\``)),
      [],
    );
  });

  it('every rule that is named exists', () => {
    const ids = new Set(['rule-id', 'RULE', ...groupNames, ...allRules.map(({ id }) => id)]);
    const named = filesThatNameRules().flatMap(({ file, text }) =>
      [
        /\{ \\?"([\w-]+)\\?": \\?"(?:error|warning|information|hint|off|on)\\?" \}/g,
        /-[WE] no-([\w-]+)/g,
        /dtmap-allow: ?([\w-]+)/g,
        /(?:error|warning|information|hint)[^\n]*\[([a-z][\w-]+)\]/g,
      ].flatMap((pattern) => [...text.matchAll(pattern)].map(([, id = '']) => ({ file, id }))),
    );
    // What finds nothing would find no mistake either.
    for (const file of ['package.json', 'README.md', 'server/docs/teams.md'])
      assert.ok(
        named.some((each) => each.file === file),
        file,
      );
    assert.deepEqual(
      named.filter(({ id }) => !ids.has(id)),
      [],
    );
  });
});
