// What is released: what is in the extension and the npm package, how big they are, and that the library does what its page says.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { runNpm } from '../../client/start/run-npm.mjs';
import { bundle, root } from '../support/bundles.ts';
import { LspSession } from '../support/lsp-session.ts';
import { unpackZip } from '../support/unpack-zip.ts';

interface Manifest {
  readonly version: string;
  readonly main: string;
  readonly browser: string;
  readonly icon: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly languages: readonly { readonly configuration: string }[];
    readonly grammars: readonly { readonly path: string }[];
    readonly jsonValidation: readonly { readonly url: string }[];
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly media: { readonly svg?: string; readonly markdown?: string };
      }[];
    }[];
  };
}

interface Sbom {
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly licenses: readonly { readonly license: { readonly id: string } }[];
  }[];
}

describe('package', function () {
  this.timeout(300_000);

  it('lists the bundles, the grammar, the documents, and nothing else', () => {
    bundle('extension.js');
    const listed = execFileSync(
      process.execPath,
      [path.join(root, 'node_modules/@vscode/vsce/vsce'), 'ls', '--no-dependencies'],
      { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    )
      .trim()
      .split('\n');
    assert.deepEqual(
      listed.toSorted(),
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'client/icon.png',
        'client/sample/board.dts',
        ...readdirSync(path.join(root, 'client/walkthrough')).map(
          (file) => `client/walkthrough/${file}`,
        ),
        'dist/NOTICES.txt',
        'dist/dtschema.json',
        'dist/extension.js',
        'dist/rules.json',
        'dist/sbom.json',
        'dist/server-cached.js',
        'dist/server.js',
        'dist/tree-sitter-devicetree.wasm',
        'dist/web-tree-sitter.wasm',
        'dist/webview.js',
        'language-configuration.json',
        'package.json',
        'server/docs/pictures/memory-map.webp',
        'server/docs/schemas/boot-profile.json',
        'server/docs/schemas/project.json',
        'syntaxes/devicetree.tmLanguage.json',
      ].toSorted(),
    );
  });

  it('has what its manifest names', () => {
    bundle('extension.js');
    const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
    const { languages, grammars, jsonValidation, walkthroughs } = manifest.contributes;
    const named = [
      manifest.main,
      manifest.browser,
      manifest.icon,
      ...Object.values(manifest.bin),
      ...languages.flatMap(({ configuration }) => configuration ?? []),
      ...grammars.map((grammar) => grammar.path),
      ...jsonValidation.map(({ url }) => url),
      ...walkthroughs.flatMap(({ steps }) =>
        steps.map(({ media }) => media.svg ?? media.markdown ?? 'a picture for every step'),
      ),
    ];
    assert.deepEqual(
      named.filter((file) => !existsSync(path.join(root, file))),
      [],
    );
  });

  it('links of the README lead to a repository when it is given', () => {
    const given = ['--baseContentUrl', 'https://a.example/blob/main'];
    const pictures = ['--baseImagesUrl', 'https://a.example/raw/main'];
    const script = path.join(root, 'client/release/package.mjs');
    execFileSync(process.execPath, [script, ...given, ...pictures], { stdio: 'ignore' });
    const scratch = mkdtempSync(path.join(os.tmpdir(), 'dtmap-links-'));
    unpackZip(path.join(root, 'out/dtmap.vsix'), scratch);
    const readme = readFileSync(path.join(scratch, 'extension/readme.md'), 'utf8');
    rmSync(scratch, { recursive: true });
    const links = [...readme.matchAll(/(!?)\[[^\]]*\]\(([^)#]+)/g)];
    assert.ok(links.length > 10);
    for (const [, picture, link = ''] of links)
      assert.ok(
        link.startsWith(`https://a.example/${picture === '!' ? 'raw' : 'blob'}/main/`),
        link,
      );
  });

  describe('as released', () => {
    const scratch = mkdtempSync(path.join(os.tmpdir(), 'dtmap-package-'));
    const release = path.join(root, 'out/release');
    const unpacked = path.join(scratch, 'vsix/extension');
    /** Where npm installs packages for all users: the library below `lib/node_modules`, commands in `bin`. */
    const prefix = path.join(scratch, 'global');
    const installed = path.join(prefix, 'lib/node_modules/dtmap');
    const dtmap = path.join(prefix, 'bin/dtmap');
    /** A folder with boards, in which programs can import the package. */
    const work = path.join(scratch, 'work');

    before(() => {
      // Packs twice, and fails when the two differ.
      execFileSync(
        process.execPath,
        [path.join(root, 'client/release/release.mjs'), '--packed-only'],
        { stdio: 'ignore' },
      );
      unpackZip(path.join(release, 'dtmap.vsix'), path.join(scratch, 'vsix'));
      const tarball = readdirSync(release).find((name) => name.endsWith('.tgz')) ?? '';
      const install = ['install', '--global', '--offline', '--no-audit', '--no-fund'];
      mkdirSync(prefix);
      runNpm(scratch, [...install, '--prefix', prefix, path.join(release, tarball)]);
      mkdirSync(path.join(work, 'node_modules'), { recursive: true });
      symlinkSync(installed, path.join(work, 'node_modules/dtmap'));
      copyFileSync(path.join(root, 'client/sample/board.dts'), path.join(work, 'board.dts'));
    });

    after(() => {
      rmSync(scratch, { recursive: true, force: true });
    });

    it('the extension is at most 880 kB', () => {
      const { size } = statSync(path.join(release, 'dtmap.vsix'));
      assert.ok(size <= 880_000, `the extension has ${String(size)} bytes`);
    });

    it('the bundles are in ASCII, which engines keep in one byte a letter', () => {
      const bundles = path.join(scratch, 'vsix/extension/dist');
      const names = readdirSync(bundles).filter((name) => name.endsWith('.js'));
      assert.ok(names.includes('server.js'));
      for (const name of names) {
        const bytes = readFileSync(path.join(bundles, name));
        const at = bytes.findIndex((byte) => byte > 0x7f);
        assert.equal(at, -1, `${name}: ${bytes.subarray(at - 40, at + 40).toString()}`);
      }
    });

    it('the sums are those of the files', () => {
      const lines = readFileSync(path.join(release, 'SHA256SUMS'), 'utf8').trim().split('\n');
      const files = readdirSync(release).filter((name) => name !== 'SHA256SUMS');
      const sum = (name: string): string =>
        createHash('sha256')
          .update(readFileSync(path.join(release, name)))
          .digest('hex');
      assert.deepEqual(
        lines,
        files.map((name) => `${sum(name)}  ${name}`),
      );
      assert.equal(files.length, 4);
    });

    it('both packages name the packages they contain, with their licences', () => {
      for (const folder of [unpacked, installed]) {
        const { components } = JSON.parse(
          readFileSync(path.join(folder, 'dist/sbom.json'), 'utf8'),
        ) as Sbom;
        const notices = readFileSync(path.join(folder, 'dist/NOTICES.txt'), 'utf8');
        const names = components.map(({ name }) => name);
        for (const name of ['web-tree-sitter', 'tree-sitter-devicetree', 'commander'])
          assert.ok(names.includes(name), name);
        for (const { name, version, licenses } of components) {
          assert.ok(notices.includes(`${name} ${version}`), name);
          for (const { license } of licenses)
            assert.match(license.id, /^(?:MIT|ISC|BlueOak-1\.0\.0|BSD-\d-Clause|Apache-2\.0)$/);
        }
      }
    });

    it('the commands of the npm package run', async () => {
      const { version } = JSON.parse(
        readFileSync(path.join(root, 'package.json'), 'utf8'),
      ) as Manifest;
      const printed = execFileSync(dtmap, ['--version'], { encoding: 'utf8' });
      assert.equal(printed.trim(), version);
      const file = path.join(work, 'board.dts');
      const page = execFileSync(dtmap, ['map', file, '--format', 'html'], { encoding: 'utf8' });
      assert.match(page, /id="map-data"[^]*<\/html>\s*$/);
      assert.ok(!page.includes(work), 'a page names no folder');
      for (const command of [
        [dtmap, 'lsp', '--stdio'],
        [`${dtmap}-language-server`, '--stdio'],
      ]) {
        const [program = '', ...args] = command;
        const session = await LspSession.start({ folder: work, command: [program, ...args] });
        await session.open(file);
        await session.diagnosticsWhen(file, (all) => all.some(({ severity }) => severity === 1));
        await session.stop();
      }
    });

    it('the library has the types that its page lists', async () => {
      const page = path.join(root, 'server/docs/library.md');
      const text = readFileSync(page, 'utf8');
      const shipped = readFileSync(path.join(installed, 'dist/library.d.ts'), 'utf8');
      assert.equal(readFileSync(path.join(installed, 'dist/library.d.mts'), 'utf8'), shipped);
      const options = { ...(await resolveConfig(page)), parser: 'typescript' };
      const [before = ''] = text.split('\n## Interface\n');
      const [, introduction = ''] = /\n## Interface\n([\s\S]*?)```ts/.exec(text) ?? [];
      const wanted = `${before}\n## Interface\n${introduction}\`\`\`ts\n${await format(shipped, options)}\`\`\`\n`;
      if (process.env['UPDATE'] === '1') writeFileSync(page, wanted);
      assert.equal(readFileSync(page, 'utf8'), wanted, 'UPDATE=1 writes it anew');
    });

    for (const [name, text] of examples())
      it(`the example ${name} runs`, () => {
        const file = path.join(work, name);
        writeFileSync(file, text);
        const run = name.endsWith('ts') ? compiled(file) : file;
        assert.notEqual(execFileSync(process.execPath, [run], { cwd: work, encoding: 'utf8' }), '');
      });

    /** The program in JavaScript, after the compiler found nothing wrong with its types. */
    function compiled(file: string): string {
      const options = ['--strict', '--module', 'nodenext', '--target', 'es2022'];
      const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
      execFileSync(process.execPath, [tsc, ...options, file], { cwd: work, stdio: 'inherit' });
      return file.replace(/ts$/, 'js');
    }
  });
});

/** The programs on the library's page and in the README, by a name that says what kind of module each is. */
function examples(): [name: string, text: string][] {
  const pages = ['README.md', 'server/docs/library.md'];
  const blocks = pages.flatMap((page) => {
    const [text = ''] = readFileSync(path.join(root, page), 'utf8').split('\n## Interface\n');
    return [...text.matchAll(/```(js|ts)\n([\s\S]*?)```/g)];
  });
  return blocks.map(([, language = '', text = ''], index) => [
    `example${String(index + 1)}.${text.includes('import ') ? 'm' : 'c'}${language}`,
    text,
  ]);
}
