// A worker process of fixes.test.ts: makes the edits of one fix in a copy of the kernel's boards, and looks at all that read the files.

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { analyze } from '../../server/src/analysis/analyze.ts';
import { Session } from '../../server/src/cli/session.ts';
import { settingsFor } from '../../server/src/cli/settings.ts';
import { NodeFiles } from '../../server/src/node-files.ts';
import { filesWith, type TextEdit } from '../../server/src/text/edit.ts';
import type { SourceFile } from '../../server/src/text/source-file.ts';
import { countFindings } from '../fixes/count-findings.ts';
import { editedTexts } from '../fixes/edited-texts.ts';
import { FIX_OPTIONS } from '../fixes/fix-options.ts';
import { shellOf } from '../support/run-dtmap.ts';
import { kernelTree } from './kernel-tree.ts';

export interface FixToApply {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** Those that read an edited file, as cpp found it. */
  readonly boards: readonly string[];
}

/** What is wrong, one sentence each. */
export type Faults = readonly string[];

const tree = kernelTree();
const session = new Session(shellOf(tree, new NodeFiles()).shell);

/** The kernel's boards as files of our own; everything else is linked. */
const copy = mkdtempSync(path.join(tmpdir(), 'dtmap-kernel-'));
for (const folder of ['arch/arm/boot/dts', 'arch/arm64/boot/dts', 'scripts/dtc/include-prefixes']) {
  const from = path.join(tree, folder);
  if (existsSync(from))
    cpSync(from, path.join(copy, folder), { recursive: true, verbatimSymlinks: true });
}
symlinkSync(path.join(tree, 'include'), path.join(copy, 'include'));
process.on('exit', () => {
  rmSync(copy, { recursive: true, force: true });
});

function apply({ title, edits, boards }: FixToApply): Faults {
  const texts = editedTexts(edits, (file) => readFileSync(file, 'utf8'));
  const inCopy = (file: string): string => path.join(copy, path.relative(tree, file));
  for (const [file, text] of texts) writeFileSync(inCopy(file), text);
  const out = path.join(copy, 'out');
  mkdirSync(out, { recursive: true });
  const names = boards.map((board) => path.relative(tree, board));
  const script = path.join(import.meta.dirname, 'compile-boards.sh');
  execFileSync('sh', [script, copy, out, ...names], { stdio: 'ignore' });
  for (const file of texts.keys()) writeFileSync(inCopy(file), readFileSync(file));
  const faults: string[] = [];
  for (const [index, board] of boards.entries()) {
    const name = names[index] ?? '';
    if (statSync(path.join(out, `${name}.plain.dtb`)).size === 0)
      faults.push(`${title}: ${name} does not compile`);
    faults.push(...newFaults(board, texts).map((fault) => `${title}: ${name}: ${fault}`));
  }
  rmSync(out, { recursive: true });
  return faults;
}

function newFaults(board: string, texts: ReadonlyMap<string, string>): string[] {
  const { files } = session.shell;
  const request = session.requestFor(board, settingsFor(session.shell, board, FIX_OPTIONS));
  const sources = new Map([...texts].map(([id, text]): [string, SourceFile] => [id, { id, text }]));
  const before = analyze(request, files, session.cache);
  const after = analyze(request, filesWith(files, sources), session.cache);
  if (before.kind !== 'complete' || after.kind !== 'complete') return ['cannot be read'];
  const known = countFindings(before.findings, 'grave');
  return [...countFindings(after.findings, 'grave')]
    .filter(([key, count]) => count > (known.get(key) ?? 0))
    .map(([key]) => `new: ${key}`);
}

process.on('message', (fix: FixToApply) => {
  process.send?.(apply(fix));
});
