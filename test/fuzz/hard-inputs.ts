// Every reader with inputs that are hard to read in linear time.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Analysis } from '../../server/src/analysis/analyze.ts';
import { compareBootLog, profileOfLog } from '../../server/src/console/compare-boot-log.ts';
import { explainLog } from '../../server/src/console/explain-log.ts';
import { readBootLog } from '../../server/src/console/read-boot-log.ts';
import { readBootScript, readEnvironment } from '../../server/src/inputs/read-boot-script.ts';
import { readEfiMap } from '../../server/src/inputs/read-efi-map.ts';
import { readExtlinux } from '../../server/src/inputs/read-extlinux.ts';
import { readGrubConfig } from '../../server/src/inputs/read-grub-config.ts';
import { readXenConfig } from '../../server/src/inputs/read-xen-config.ts';
import {
  recogniseBootFile,
  recogniseBootText,
} from '../../server/src/inputs/recognise-boot-file.ts';
import { placeImages, readImageBuilderConfig } from '../../server/src/inputs/read-imagebuilder.ts';
import { parseJson } from '../../server/src/inputs/read-json.ts';
import { readProfile } from '../../server/src/inputs/read-profile.ts';
import { readProject } from '../../server/src/inputs/read-project.ts';
import { readXlConfig } from '../../server/src/inputs/read-xl-config.ts';
import { writeScriptTree } from '../../server/src/inputs/write-script-tree.ts';
import { readDtb } from '../../server/src/dtb/read-dtb.ts';
import { writeDtb } from '../../server/src/dtb/write-dtb.ts';
import { codeLenses } from '../../server/src/ide/code-lenses.ts';
import { complete, includeAt } from '../../server/src/ide/completion.ts';
import { definition } from '../../server/src/ide/definition.ts';
import { documentSymbols } from '../../server/src/ide/document-symbols.ts';
import { foldingRanges } from '../../server/src/ide/folding-ranges.ts';
import { formatText } from '../../server/src/ide/format.ts';
import { hover } from '../../server/src/ide/hover.ts';
import { includesOf } from '../../server/src/ide/includes-of.ts';
import { IncludeIndex } from '../../server/src/ide/include-index.ts';
import { inlayHints } from '../../server/src/ide/inlay-hints.ts';
import { mapMarkdown } from '../../server/src/ide/map-markdown.ts';
import { makeMapModel } from '../../server/src/map-view/make-map-model.ts';
import { occurrencesOf } from '../../server/src/ide/occurrences.ts';
import { refactorings } from '../../server/src/ide/refactorings.ts';
import { prepareRename } from '../../server/src/ide/rename.ts';
import { selectionRanges } from '../../server/src/ide/selection-ranges.ts';
import { semanticTokens } from '../../server/src/ide/semantic-tokens.ts';
import { readOutline } from '../../server/src/ide/source-outline.ts';
import type { Parser } from '../../server/src/syntax/create-parser.ts';
import { scanSource } from '../../server/src/syntax/scan-source.ts';
import { symbolAt } from '../../server/src/ide/symbol-at.ts';
import { workspaceSymbols } from '../../server/src/ide/workspace-symbols.ts';
import { parseBuildCommand } from '../../server/src/preprocess/build-record.ts';
import { preprocess, PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import { dtmap } from '../support/run-dtmap.ts';
import { analyzeText, overlayFile, rootFile, TextFiles } from './analyze-text.ts';
import { boards, directives, many, statements } from './hard-texts.ts';
import type { GrowingInput } from './measure-slope.ts';
import { xenBoots } from '../../server/src/xen/xen-boots.ts';

type Texts = readonly (readonly [input: string, text: (count: number) => string])[];

/** A text in one piece, as a file is: one that is put together is only joined when somebody first reads it. */
function whole(text: string): string {
  return Buffer.from(text).toString();
}

function ofTexts(
  reader: string,
  texts: Texts,
  read: (text: string) => unknown,
  most?: number,
): GrowingInput[] {
  return texts.map(([input, text]) => ({
    reader,
    input,
    make: (count) => {
      const made = whole(text(count));
      return () => read(made);
    },
    ...(most === undefined ? {} : { most }),
  }));
}

const targets = ['xen:4.18', 'linux:6.12'];

const logs: Texts = [
  [
    'lines of Xen',
    (n) => many(n, (at) => `(XEN) RAM: 00000000${8 + (at % 2)}0000000 - 00000000bfffffff\n`),
  ],
  ['lines of other programs', (n) => 'hello world\n'.repeat(n)],
  [
    'reserved regions',
    (n) => many(n, (at) => `(XEN) RESVD[${at}]: ${address(at)} - ${address(at + 1)}\n`),
  ],
  [
    'modules on one another',
    (n) =>
      `(XEN) RAM: ${address(0)} - ${address(9)}\n${many(n, (at) => `(XEN) MODULE[${at}]: ${address(0)} - ${address(at + 1)} Kernel\n`)}(XEN) Xen BUG at page_alloc.c:1425\n`,
  ],
  [
    'pages freed twice',
    (n) =>
      `${many(n >> 1, (at) => `(XEN) MODULE[${at}]: ${address(0)} - ${address(at + 1)} Kernel\n`)}${many(n >> 1, (at) => `(XEN) pg MFN ${(at + 1).toString(16)} c=0\n`)}`,
  ],
  ['blanks', (n) => `(XEN) a${' '.repeat(n)}b\n`],
  ['a long number', (n) => `(XEN) RAM: ${'0'.repeat(n)} - ${'f'.repeat(n)}\n`],
  ['a long name', (n) => `(XEN) ${'fdt: node `a'.repeat(n)}\n`],
  ['a message again on its line', (n) => `(XEN) ${'Ignoring x boot module at 1 '.repeat(n)}\n`],
  ['gpa', (n) => `(XEN) ${'traps.c:1:d0v0 HSR=1 '.repeat(n)}\n`],
  ['regions on a line', (n) => `(XEN) Region: ${'[0, 1) overlapping with bank[0]: '.repeat(n)}\n`],
  ['quote marks', (n) => `${'> '.repeat(n)}(XEN) a\n`],
  ['carriage returns', (n) => `(XEN) a${'\r(XEN) b'.repeat(n)}\n`],
  ['escapes of a terminal', (n) => `(XEN) ${'\x1b[0;1'.repeat(n)}\n`],
  ['quoted-printable', (n) => `=3D=\n${'a=\n'.repeat(n)}`],
  ['wrapped lines', (n) => '(XEN) RAM: 0000000040000000 -\n00000000bfffffff\n'.repeat(n)],
];

function address(page: number): string {
  return (0x4000_0000 + page * 0x1000).toString(16).padStart(16, '0');
}

const scripts: Texts = [
  ['setenv a ${a}${a}', (n) => `setenv a x\n${'setenv a ${a}${a}\n'.repeat(n)}`],
  ['setenv a ${a}x', (n) => 'setenv a ${a}x\n'.repeat(n)],
  ['variables', (n) => many(n, (at) => `setenv v${at} \${v${at - 1}}\n`)],
  ['${ without end', (n) => `setenv a ${'${a'.repeat(n)}\n`],
  ['$a on a line', (n) => `setenv a 1; echo ${'$a '.repeat(n)}\n`],
  ['quotes', (n) => `echo ${'"a" '.repeat(n)}\n`],
  ['a long word', (n) => `echo ${'a'.repeat(n)}\n`],
  ['a word of quotes', (n) => `echo ${'"a"'.repeat(n)}"\n`],
  ['escapes', (n) => `echo "${'\\"'.repeat(n)}\n`],
  ['<', (n) => `fdt set / a ${'<'.repeat(n)}\n`],
  ['cells', (n) => `fdt set / a <${'0x1 '.repeat(n)}>\n`],
  ['then', (n) => `${'then '.repeat(n)}echo\n`],
  ['blanks', (n) => `echo${' '.repeat(n)}a\n`],
  ['; on a line', (n) => `echo a${';'.repeat(n)}\n`],
  [
    'loads and overlays',
    (n) =>
      `${many(n, (at) => `load mmc 0 ${(at + 1).toString(16)} f\n`)}${many(n, (at) => `fdt apply ${(at + 1).toString(16)}\n`)}`,
  ],
  ['if without end', (n) => 'if test $a = 1; then setenv a 1\n'.repeat(n)],
  ['if in a row', (n) => 'if test $a = 1; then fdt mknod / x; setenv b 1; fi\n'.repeat(n)],
  [
    'elif in a row',
    (n) =>
      `if test $a = 1; then fdt mknod / x\n${many(n, (at) => `elif test $a = ${at}; then fdt mknod / n${at}; setenv v${at} 1; load mmc 0 ${at} f\n`)}fi\n`,
  ],
  ['|| in a row', (n) => `false${' || test $a = 1'.repeat(n)}\n`],
  ['test -o in a row', (n) => `if test a = b${' -o a = b'.repeat(n)}; then echo; fi\n`],
  [
    'nodes in one arm',
    (n) =>
      `if test $a = 1; then\n${many(n, (at) => `fdt mknod / n${at}\nfdt set /n${at}/a/b x <1>\n`)}fi\n`,
  ],
  [
    'a deep path in one arm',
    (n) => `if test $a = 1; then\nfdt mknod / x; fdt set ${'/a'.repeat(n)} x <1>; fi\n`,
  ],
  ['edits of one node', (n) => many(n, (at) => `fdt mknod / n${at}\nfdt set /n${at} a <1>\n`)],
];

const configs: Texts = [
  ['A=$A$A', (n) => `MEMORY_START=0\nXEN=x\nA=x\n${'A=$A$A\n'.repeat(n)}`],
  ['variables', (n) => `MEMORY_START=0\nXEN=x\n${many(n, (at) => `A${at}="$A${at - 1}x"\n`)}`],
  ['a long value', (n) => `MEMORY_START=0\nXEN="${'a'.repeat(n)}"\n`],
  ['blanks', (n) => `MEMORY_START=0\nXEN=a${' '.repeat(n)}b\n`],
  ['escapes', (n) => `MEMORY_START=0\nXEN="${'\\"'.repeat(n)}\n`],
  [
    'paths',
    (n) =>
      `MEMORY_START=0\nXEN=x\nNUM_DOMUS=1\nDOMU_KERNEL[0]=x\nDOMU_PASSTHROUGH_PATHS[0]="${'/a '.repeat(n)}"\n`,
  ],
];

const efiMaps: Texts = [
  [
    'shell',
    (n) =>
      many(
        n,
        (at) => `Available  ${address(at)}-${address(at + 1)} 0000000000000001 000000000000000F\n`,
      ),
  ],
  ['Linux', (n) => 'efi:   0x000040000000-0x000047ffffff [Conventional|   |  ]\n'.repeat(n)],
  ['[ with blanks', (n) => `efi: 0x0-0x1 [a${' '.repeat(n)}b\n`],
  ['[a| on a line', (n) => `efi: ${'[a|'.repeat(n)}\n`],
  ['0x on a line', (n) => `efi: ${'0x1-0x2 '.repeat(n)}\n`],
  ['capitals', (n) => `${'A '.repeat(n)}\n`],
  ['capitals before a range', (n) => `${'A '.repeat(n)} 0000000040000000-0000000048000000\n`],
  ['ranges on a line', (n) => `${'0000000040000000-0000000048000000 '.repeat(n)}\n`],
  ['digits', (n) => `${'0'.repeat(n)}\n`],
  ['digits and -', (n) => `${'00000000-'.repeat(n)}\n`],
  ['MemoryMap on a line', (n) => `${'MemoryMap,"A","1",'.repeat(n)}\n`],
  ['a long number', (n) => `efi: 0x${'0'.repeat(n)}-0x1 [a|\n`],
];

const menus: Texts = [
  ['entries', (n) => many(n, (at) => `label a${at}\n linux /a\n append ${at}\n`)],
  ['one entry', (n) => `label a\n${' linux /a\n append x\n menu default\n'.repeat(n)}`],
  ['unknown keywords', (n) => `label a\n linux /a\n${'colour\n'.repeat(n)}`],
  ['a long value', (n) => `label a\n linux /a\n fdtoverlays${' /a'.repeat(n)}\n`],
  ['blanks', (n) => `label a\n linux /a${' '.repeat(n)}b\n`],
  ['blanks before nothing', (n) => `${' '.repeat(n)}\n`],
];

const xenConfigs: Texts = [
  ['sections', (n) => `[global]\ndefault=a\n${many(n, (at) => `[a${at}]\nkernel=x\n`)}`],
  ['one section', (n) => `[a]\nkernel=x\n`.repeat(n)],
  ['items', (n) => `[a]\nkernel=x\n${many(n, (at) => `a${at}=b\n`)}`],
  ['a long item', (n) => `[a]\nkernel=${'x '.repeat(n)}\n`],
  ['[ on a line', (n) => `kernel=x\n${'['.repeat(n)}\n`],
  ['blanks', (n) => `kernel=x\na${' '.repeat(n)}b=c\n${' '.repeat(n)}\n`],
  ['# on a line', (n) => `kernel=x\n${'#'.repeat(n)}\n`],
];

const grubConfigs: Texts = [
  ['entries', (n) => "menuentry 'x' {\n xen_hypervisor /x a\n xen_module /k\n}\n".repeat(n)],
  ['modules', (n) => `xen_hypervisor /x\n${'xen_module /k a\n'.repeat(n)}`],
  ['variables', (n) => `${many(n, (at) => `v${at}=$v${at - 1}x\n`)}xen_hypervisor /x\n`],
  ['a long variable', (n) => `a=${'x'.repeat(n)}\nxen_hypervisor /x ${'$a'.repeat(n)}\n`],
  ['variables on a line', (n) => `a=xx\nxen_hypervisor /x ${'$a '.repeat(n)}\n`],
  ['unknown variables on a line', (n) => `xen_hypervisor /x ${'$b '.repeat(n)}\n`],
  ['lines that go on', (n) => `xen_hypervisor /x ${'\\\n a'.repeat(n)}\n`],
  ['quotes', (n) => `xen_hypervisor /x ${'"a\\""'.repeat(n)}\n`],
  ['blanks', (n) => `xen_hypervisor /x${' '.repeat(n)}\n${' '.repeat(n)}\n`],
];

/** Environments as they lie in flash; a byte of each text is one of the file. */
const environmentImages: Texts = [
  ['variables without checksum', (n) => `${many(n, (at) => `v${at}=x\0`)}\0`],
  ['variables with a wrong checksum', (n) => `\x01\x02\x03\x04${'a=b\0'.repeat(n)}\0`],
  ['no end', (n) => `abc=${'d'.repeat(n)}`],
  ['a long name', (n) => `${'a'.repeat(n)}=\0\0`],
];

const xlConfigs: Texts = [
  ['settings', (n) => many(n, (at) => `a${at} = ${at}\n`)],
  ['iomem', (n) => `memory = 1\niomem = [ ${'"0x1,1", '.repeat(n)} ]\n`],
  ['strings without end', (n) => `a = 1\n${'b = "\n'.repeat(n)}`],
  ['""" without end', (n) => `a = 1\n${'b = """ """ """\n'.repeat(n)}`],
  ['\'\'\' and """', (n) => `a = 1\nb = ${"''' ".repeat(n)}\n`],
  ['[', (n) => `a = ${'['.repeat(n)}\n`],
  ['comments', (n) => `a = 1\n${'# a\n'.repeat(n)}`],
];

const json: Texts = [
  [
    'a list',
    (n) =>
      `{"memory": [${Array.from({ length: n }, () => '{"start": "0x1", "end": "0x2"}').join()}]}`,
  ],
  ['a long text', (n) => `{"xenCommandLine": "${'a '.repeat(n)}"}`],
  ['unknown fields', (n) => `{${Array.from({ length: n }, (_, at) => `"a${at}": 1`).join()}}`],
  ['[[…', (n) => '['.repeat(n)],
  [
    'defines',
    (n) => `{"defines": {${Array.from({ length: n }, (_, at) => `"a${at}": "1"`).join()}}}`,
  ],
  [
    'include paths',
    (n) => `{"includePaths": [${Array.from({ length: n }, (_, at) => `"a${at}"`).join()}]}`,
  ],
];

const commands: Texts = [
  ['folders', (n) => `cmd_a/b.dtb := gcc ${many(n, (at) => `-I a${at} `)}\n`],
  ['quotes', (n) => `cmd_a/b.dtb := gcc ${'-I "a" '.repeat(n)}"\n`],
  ['a word of quotes', (n) => `cmd_a/b.dtb := gcc -I ${'"a"'.repeat(n)}\n`],
  ['continued lines', (n) => `cmd_a/b.dtb := gcc ${'-I a \\\n'.repeat(n)}\n`],
  ['lines of cmd_', (n) => 'cmd_a\n'.repeat(n)],
];

/** Sources for what reads a text as it stands on screen. */
const onScreen: Texts = [
  ...['#error with blanks', '#if, nested', 'comments without end', 'escaped quotes on lines'],
  ...['escaped quotes and continued lines', '// comments', "' on each line", 'quotes on one line'],
  ...['#include of a file that is not there', 'continued lines', '/include/ without end'],
  ...['; on one line', '{', '}', 'a { b;', 'nodes on one line', 'deep nodes', 'labels on one node'],
  ...[
    'labels on lines, and no more',
    'strings without end',
    'a string of escapes',
    'cells',
    'bytes',
  ],
  ...['properties without ;', 'references without }', 'characters without end', 'dtmap-allow'],
  ...['dtmap-allow for one line', 'expressions', 'a long number'],
].map((name) => {
  const found = [...directives, ...statements].find(([input]) => input === name);
  assert.ok(found, name);
  return found;
});

/** The positions at which an editor asks: of the middle and the end. */
const places = (text: string): readonly number[] => [
  text.length >> 1,
  Math.max(0, text.length - 6),
];

const boardOfLog = `/dts-v1/;
/ { #address-cells = <2>; #size-cells = <2>;
  memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x40000000>; };
  chosen { #address-cells = <2>; #size-cells = <2>;
    kernel@48000000 { compatible = "multiboot,kernel"; reg = <0 0x48000000 0 0x1000000>; }; };
};
`;

/** What an editor asks of a board that was read. */
const questions: readonly (readonly [string, (analysis: Complete, text: string) => unknown])[] = [
  [
    'hover',
    ({ board }, text) => places(text).map((at) => hover(board, rootFile, at, (_, shown) => shown)),
  ],
  [
    'completion',
    ({ board }, text) => places(text).map((at) => complete(board, { id: rootFile, text }, at)),
  ],
  ['definition', ({ board }, text) => places(text).map((at) => definition(board, rootFile, at))],
  [
    'references',
    ({ board }, text) =>
      places(text).map((at) => {
        const symbol = symbolAt(board, rootFile, at);
        return symbol && occurrencesOf(board, symbol);
      }),
  ],
  [
    'rename',
    ({ board }, text) =>
      places(text).map((at) =>
        prepareRename({ board, sharing: () => [{ id: rootFile, text }] }, rootFile, at),
      ),
  ],
  [
    'refactorings',
    ({ board }, text) => places(text).map((at) => refactorings(board, rootFile, at)),
  ],
  ['inlay hints', ({ board }, text) => inlayHints(board, rootFile, 0, text.length, 'all')],
  ['code lenses', ({ board }) => codeLenses(board, rootFile)],
  ['workspace symbols', ({ board }) => workspaceSymbols([board], 'a')],
  ['map as Markdown', ({ board, findings }) => mapMarkdown(board, 'board', findings)],
  ['memory map', ({ board, findings }) => makeMapModel(board, findings, { file: rootFile })],
];

type Complete = Extract<Analysis, { kind: 'complete' }>;

/** Boards for what an editor asks. */
const askedBoards: Texts = [
  ...['labels on one node', 'one property overridden', 'references', 'nodes on one line', 'cells'],
  ...['strings', 'a label for each node', 'additions by label'],
  ...['reserved regions', 'reserved regions on one another', 'devices', 'modules', 'memory banks'],
  ...['users of regions'],
].map((name) => {
  const found = [...statements, ...boards].find(([input]) => input === name);
  assert.ok(found, name);
  return found;
});

/** Questions about boards that were read before; reading them is not measured. */
function asked(
  reader: string,
  asks: readonly ((analysis: Complete, text: string) => unknown)[],
  read: (text: string) => Complete,
): GrowingInput[] {
  return askedBoards.map(([input, text]) => ({
    reader,
    input,
    most: 16_000,
    make: (count) => {
      const made = whole(text(count));
      const analysis = read(made);
      return () => asks.map((ask) => ask(analysis, made));
    },
  }));
}

/**
 * Every reader with its inputs; `parser` reads what is on screen. Files of the command line lie in `folder`, which is made. What an editor
 * asks is measured as a whole, or each question.
 */
export function hardInputs(
  parser: Parser,
  folder: string,
  detail: 'all questions' | 'each question',
): readonly GrowingInput[] {
  const analyze = (text: string): Analysis =>
    analyzeText(new TextFiles({ [rootFile]: text }), { targets }, new PreprocessCache());
  const analyzed = (text: string): Complete => {
    const analysis = analyze(text);
    assert.equal(analysis.kind, 'complete');
    return analysis;
  };
  const boot = xenBoots(analyzed(boardOfLog).board)[0];
  assert.ok(boot);
  const readScript = (text: string): void => {
    const script = readBootScript(text, () => 0x1000n, readEnvironment(text));
    writeScriptTree(script.statements, 'appendix');
  };
  return [
    ...ofTexts('preprocessor', directives, (text) => {
      const options = { includePaths: ['/board'], defines: new Map<string, string>() };
      const files = new TextFiles({ [rootFile]: text });
      return preprocess({ id: rootFile, text }, files, options, new PreprocessCache());
    }),
    ...ofTexts('source', statements, analyze, 1 << 17),
    ...ofTexts('board', boards, analyze, 16_000),
    ...overlays(),
    ...blobs(),
    ...ofTexts('boot log', logs, (text) => {
      const log = readBootLog(text);
      profileOfLog(log);
      explainLog(log);
      return compareBootLog(boot, log);
    }),
    ...ofTexts('boot script', scripts, readScript),
    ...ofTexts('ImageBuilder', configs, (text) => {
      const config = readImageBuilderConfig(text);
      assert.ok(config);
      return placeImages(config, () => 1n);
    }),
    ...ofTexts('EFI map', efiMaps, readEfiMap),
    ...ofTexts('extlinux.conf', menus, (text) => [
      recogniseBootText(text),
      readExtlinux(text, new Map([['kernel_addr_r', { value: '1', line: 1 }]])),
    ]),
    ...ofTexts('xen.cfg', xenConfigs, (text) => [recogniseBootText(text), readXenConfig(text)]),
    ...ofTexts('GRUB', grubConfigs, (text) => [recogniseBootText(text), readGrubConfig(text)]),
    ...ofTexts('environment image', environmentImages, (text) =>
      recogniseBootFile('env', Buffer.from(text, 'latin1')),
    ),
    ...ofTexts('xl configuration', xlConfigs, readXlConfig),
    ...ofTexts('profile', json, (text) => {
      const value = parseJson(text);
      return value.ok && readProfile(value.value);
    }),
    ...ofTexts('project', json, readProject),
    ...ofTexts('build command', commands, (text) => [parseBuildCommand('/a/.b.dtb.cmd', text)]),
    ...ofTexts('formatter', onScreen, (text) => formatText(text)),
    ...ofTexts('outline', onScreen, (text) => {
      const outline = readOutline(scanSource(text));
      documentSymbols(outline);
      foldingRanges(outline);
      semanticTokens(outline, []);
      for (const at of places(text)) selectionRanges(outline, at);
    }),
    ...ofTexts('syntax tree', onScreen, (text) => {
      const document = parser.parse(text);
      const outline = readOutline(document);
      for (const at of places(text)) selectionRanges(outline, at, parser.around(document, at));
      parser.release(document);
    }),
    ...ofTexts('typing', onScreen, (text) =>
      places(text).map((at) => [
        includeAt(text, at),
        complete(undefined, { id: rootFile, text }, at),
      ]),
    ),
    ...ofTexts('include index', onScreen, (text) => {
      const index = new IncludeIndex();
      index.set(rootFile, text);
      return index.rootsOf('/board/no');
    }),
    ...(
      [
        ['words in comments', (count) => 'include /* '.repeat(count)],
        [
          'words before comments',
          (count) => `${'include /**/'.repeat(count)}${'/**/'.repeat(count)}`,
        ],
        ['words before lines', (count) => 'include // '.repeat(count)],
        ['macros', (count) => '#include A\n'.repeat(count)],
        ['macros in comments', (count) => `${'/include/ A /* */ '.repeat(count)}`],
        ['words and spaces', (count) => `include${' '.repeat(count)}`.repeat(8)],
      ] as [string, (count: number) => string][]
    ).map(([input, textOf]) => ({
      reader: 'include index',
      input,
      make: (count: number) => {
        const text = textOf(count);
        return () => includesOf(text);
      },
    })),
    {
      reader: 'include index',
      input: 'a chain of files',
      make: (count) => () => {
        const index = new IncludeIndex();
        for (let at = 0; at < count; at++)
          index.set(`/a/f${at}.dtsi`, `#include "f${at + 1}.dtsi"\n`);
        return index.rootsOf(`/a/f${count}.dtsi`);
      },
    },
    ...(detail === 'each question'
      ? questions.flatMap(([reader, ask]) => asked(reader, [ask], analyzed))
      : asked(
          'editor',
          questions.map(([, ask]) => ask),
          analyzed,
        )),
    ...commandLine(folder),
  ];
}

function overlays(): GrowingInput[] {
  const base = (count: number): string =>
    `/dts-v1/;\n/ {\n${many(count, (at) => `l${at}: a${at} { };\n`)}};\n`;
  const texts: Texts = [
    ['fragments', (n) => many(n, (at) => `&l${at} { p = <${at}>; };\n`)],
    ['fragments of one node', (n) => many(n, (at) => `&l0 { p${at}; };\n`)],
    ['one property overridden', (n) => many(n, (at) => `&l0 { p = <${at}>; };\n`)],
    ['new nodes', (n) => `&l0 { ${many(n, (at) => `n${at} { };\n`)} };\n`],
    ['new nodes with labels', (n) => `&l0 { ${many(n, (at) => `m${at}: n${at} { };\n`)} };\n`],
    ['labels on one node', (n) => `&l0 { ${many(n, (at) => `m${at}: `)} n { }; };\n`],
    ['references', (n) => `&l0 { p = <${many(n, (at) => `&l${at} `)}>; };\n`],
    ['references to one', (n) => `&l1 { p = <${'&l0 '.repeat(n)}>; };\n`],
    [
      'references of its own',
      (n) => `&l0 { m: n { }; ${many(n, (at) => `n${at} { p = <&m>; };\n`)} };\n`,
    ],
    ['references to none', (n) => `&l0 { p = <${'&no '.repeat(n)}>; };\n`],
  ];
  return texts.map(([input, text]) => ({
    reader: 'overlay',
    input,
    most: 32_000,
    make: (count) => {
      const files = new TextFiles({
        [rootFile]: whole(base(count)),
        [overlayFile]: whole(`/dts-v1/;\n/plugin/;\n${text(count)}`),
      });
      return () => analyzeText(files, { overlays: [overlayFile], targets }, new PreprocessCache());
    },
  }));
}

function blobs(): GrowingInput[] {
  const sources = [
    'nodes on one line',
    'properties',
    'cells',
    'strings',
    '/memreserve/',
    'phandles',
  ];
  return sources.map((name) => {
    const found = statements.find(([input]) => input === name);
    assert.ok(found, name);
    return {
      reader: 'blob',
      input: name,
      most: 1 << 17,
      make: (count) => {
        const files = new TextFiles({ [rootFile]: found[1](count) });
        const analysis = analyzeText(files, { targets: [] }, new PreprocessCache());
        assert.ok(analysis.kind === 'complete');
        const blob = writeDtb(analysis.board.tree);
        return () => {
          const tree = readDtb('/board/board.dtb', blob);
          assert.ok(!('because' in tree));
          return writeDtb(tree);
        };
      },
    };
  });
}

/** What only the command line reads: files beside a board. */
function commandLine(folder: string): GrowingInput[] {
  const run = (
    input: string,
    argv: readonly string[],
    files: (count: number) => Readonly<Record<string, string>>,
    most = 16_000,
  ): GrowingInput => ({
    reader: `dtmap ${argv[0] ?? ''}`,
    input,
    most,
    make: (count) => {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      for (const [name, text] of Object.entries({ 'board.dts': boardOfLog, ...files(count) }))
        writeFileSync(path.join(folder, name), text);
      return async () => {
        const ran = await dtmap(argv, { cwd: folder });
        assert.doesNotMatch(ran.stderr, /dtmap itself/);
      };
    },
  });
  const extending = (count: number, bases: (at: number) => readonly number[]) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, at) => [
        at === 0 ? 'dtmap.json' : `p${at}.json`,
        JSON.stringify({
          ...(at === 0 || bases(at).some((base) => base < count)
            ? {
                extends: bases(at)
                  .filter((base) => base < count)
                  .map((base) => `p${base}.json`),
              }
            : {}),
          includePaths: [`i${at}`],
          defines: { [`D${at}`]: '1' },
        }),
      ]),
    );
  const finding = (at: number): object => ({
    rule: 'reg-length',
    severity: 'error',
    message: `m${at}`,
    at: { file: 'board.dts', line: at + 1, column: 1, endLine: at + 1, endColumn: 2 },
    related: [],
    targets: [],
    fixes: [],
  });
  const report = (count: number): string =>
    JSON.stringify({
      version: 1,
      files: ['board.dts'],
      findings: Array.from({ length: count }, (_, at) => finding(at)),
    });
  const regions = boards.find(([input]) => input === 'reserved regions')?.[1];
  assert.ok(regions);
  return [
    run(
      'dtmap.json that extends many',
      ['check', 'board.dts'],
      (n) =>
        extending(n, (at) =>
          at === 0 ? Array.from({ length: n - 1 }, (_, base) => base + 1) : [],
        ),
      4000,
    ),
    run('dtmap.json in a lattice', ['check', 'board.dts'], (n) =>
      extending(Math.min(n, 90), (at) => [at + 1, at + 2]),
    ),
    run(
      'an environment that runs itself',
      ['check', 'board.dts', '--boot-script', 'x.env'],
      (n) => ({
        'x.env': `bootcmd=run a${' a'.repeat(n)}\na=echo ${'b'.repeat(n)}; run b b\nb=run a a\nc=1\nfdt_addr=1\n`,
      }),
    ),
    run('a script of loads', ['check', 'board.dts', '--boot-script', 'x.scr'], (n) => ({
      'x.scr': many(n, (at) => `load mmc 0 ${(0x4000_0000 + at).toString(16)} f\n`),
    })),
    run(
      'a log that differs',
      ['boot', 'board.dts', '--xen', '4.18', '--compare', 'x.log'],
      (n) => ({
        'x.log': `(XEN) Xen version 4.18.0\n${many(n, (at) => `(XEN) RESVD[${at}]: ${address(at)} - ${address(at + 1)}\n`)}`,
      }),
    ),
    run('a log about a board', ['explain', 'x.log', '--board', 'board.dts'], (n) => ({
      'x.log': many(n, (at) => `(XEN) Invalid MFN ${(at + 0x40000).toString(16)}\n`),
    })),
    run('RAM of a log', ['check', 'board.dts', '--memory-from', 'x.log'], (n) => ({
      'x.log': many(n, (at) => `(XEN) RAM: ${address(at * 2)} - ${address(at * 2)}\n`),
    })),
    run('an EFI map', ['check', 'board.dts', '--efi-map', 'x.txt'], (n) => ({
      'x.txt': many(
        n,
        (at) =>
          `Available  ${address(at * 2)}-${address(at * 2 + 1)} 0000000000000001 000000000000000F\n`,
      ),
    })),
    run('results', ['merge', 'a.json', 'b.json'], (n) => ({
      'a.json': report(n),
      'b.json': report(n),
    })),
    run('regions', ['map', 'board.dts'], (n) => ({ 'board.dts': regions(n) })),
    run('regions as JSON', ['map', 'board.dts', '--format', 'json'], (n) => ({
      'board.dts': regions(n),
    })),
    run('regions', ['boot', 'board.dts', '--xen', '4.18'], (n) => ({ 'board.dts': regions(n) })),
    run('regions', ['diff', 'board.dts', 'other.dts'], (n) => ({
      'board.dts': regions(n),
      'other.dts': regions(n + 1),
    })),
    run('regions', ['check', 'board.dts'], (n) => ({ 'board.dts': regions(n) })),
    run(
      '; on one line',
      ['check', 'board.dts'],
      (n) => ({ 'board.dts': `/dts-v1/;\n${';'.repeat(n)}` }),
      1 << 18,
    ),
  ];
}

/** A folder of its own for `hardInputs`. */
export function temporaryFolder(): string {
  return path.join(mkdtempSync(path.join(tmpdir(), 'dtmap-linear-')), 'board');
}
