// The editor and the command line read one dtmap.json: what they find on a board is the same.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonReport } from '../server/src/cli/json-finding.ts';
import { readOptions } from './support/annotations.ts';
import { LspSession } from './support/lsp-session.ts';
import { dtmap } from './support/run-dtmap.ts';

const rules = path.join(import.meta.dirname, 'fixtures/rules');
const LEVELS = ['', 'error', 'warning', 'information', 'hint'];
const WANTED = 60;

/** A board of a fixture, and what its own options are in a dtmap.json. */
interface Sample {
  /** `reg-length/bad.dts` */
  readonly name: string;
  readonly project: Readonly<Record<string, unknown>>;
}

/** Boards with all kinds of options first: scripts, guests, overlays, profiles, rules, releases. */
function samples(): Sample[] {
  const all = readdirSync(rules, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(path.join(rules, name))
        .filter((file) => /^bad.*\.dts$/.test(file))
        .map((file) => `${name}/${file}`),
    )
    .map((name) => {
      const options = readOptions(readFileSync(path.join(rules, name), 'utf8'));
      const words = (key: string): string[] | undefined =>
        options.get(key)?.split(/\s+/).filter(Boolean);
      const profile = options.get('profile');
      const [bootScript] = words('script') ?? [];
      const project = {
        targets: words('targets'),
        overlays: words('overlays'),
        guests: words('guests'),
        ...(profile === undefined
          ? {}
          : { bootProfile: path.resolve(rules, path.dirname(name), profile) }),
        bootScript,
        severity: Object.fromEntries(
          (words('rules') ?? []).map((word) => word.split('=') as [string, string]),
        ),
      };
      const several = (words('script') ?? []).length > 1 || options.has('disk');
      return { name, project, several };
    })
    .filter(({ several }) => !several);
  const weight = ({ project }: Sample): number =>
    ['bootScript', 'guests', 'overlays', 'bootProfile'].filter((key) => project[key] !== undefined)
      .length;
  return all.sort((a, b) => weight(b) - weight(a) || (a.name < b.name ? -1 : 1)).slice(0, WANTED);
}

describe('editor and command line', function () {
  this.timeout(120_000);
  let top = '';
  let session: LspSession;

  before(async () => {
    top = mkdtempSync(path.join(tmpdir(), 'dtmap-both-'));
    // What all boards share stands above them.
    writeFileSync(
      path.join(top, 'base.json'),
      '{ "defines": { "FROM_BASE": "1" }, "severity": { "unit-address-mismatch": "information" } }',
    );
    session = await LspSession.start({ folder: top });
  });
  after(async () => {
    await session.stop();
    rmSync(top, { recursive: true });
  });

  const places = new Set<string>();
  for (const [index, { name, project }] of samples().entries())
    it(`find the same on ${name}`, async () => {
      const folder = path.join(top, String(index));
      cpSync(path.join(rules, path.dirname(name)), folder, { recursive: true });
      // Other boards of the rule would only cost time.
      const file = path.join(folder, path.basename(name));
      writeFileSync(
        path.join(folder, 'dtmap.json'),
        JSON.stringify({ extends: '../base.json', includePaths: ['.'], ...project }),
      );
      const ran = await dtmap(['check', file, '--format', 'json'], { cwd: folder });
      assert.notEqual(ran.stdout, '', ran.stderr);
      const report = JSON.parse(ran.stdout) as JsonReport;
      // A boot profile that contradicts the tree stops the command line; the editor underlines it.
      const refused = report.failures.map(({ because }) =>
        because.replace(/^(.*?:\d+:\d+): /, '$1 error '),
      );
      const expected = report.findings.map(({ severity, rule, at, message }) => {
        places.add(path.basename(at.file));
        return `${at.file}:${at.line}:${at.column} ${severity} ${rule} ${message}`;
      });
      await session.open(file);
      await session.diagnostics(file);
      // What is answered afterwards was published before, for all files.
      await session.at('textDocument/hover', file, { position: { line: 0, character: 0 } });
      const found: string[] = [];
      for (const [uri, diagnostics] of session.shown())
        for (const { range, severity, code, message } of diagnostics) {
          const [words = ''] = (typeof message === 'string' ? message : message.value).split('\n');
          const { line, character } = range.start;
          const place = `${fileURLToPath(uri)}:${line + 1}:${character + 1}`;
          found.push([place, LEVELS[severity ?? 0], code, words].filter(Boolean).join(' '));
        }
      // Each names the place in the tree in its own way.
      const [first = ''] = (refused[0] ?? '').split(' (');
      if (refused.length > 0)
        assert.ok(
          found.some((each) => each.startsWith(first)),
          found.join('\n'),
        );
      else
        assert.deepEqual(
          found.filter((each) => each.startsWith(`${folder}/`)).sort(),
          expected.sort(),
        );
      await session.close(file);
      await session.diagnosticsWhen(file, (left) => left.length === 0);
    });

  it('were asked about findings in scripts, guests and overlays too', () => {
    const kinds = new Set([...places].map((file) => path.extname(file)));
    for (const kind of ['.dts', '.source', '.cfg', '.dtso']) assert.ok(kinds.has(kind), kind);
  });
});
