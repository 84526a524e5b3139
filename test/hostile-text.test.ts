// Text from a tree, a log or a file name is data in every view: no terminal obeys it, no Markdown or XML reader parses it.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { codeLenses } from '../server/src/ide/code-lenses.ts';
import { documentSymbols } from '../server/src/ide/document-symbols.ts';
import { hover } from '../server/src/ide/hover.ts';
import { mapMarkdown } from '../server/src/ide/map-markdown.ts';
import { makeMapModel } from '../server/src/map-view/make-map-model.ts';
import { outlineOf } from '../server/src/ide/source-outline.ts';
import { workspaceSymbols } from '../server/src/ide/workspace-symbols.ts';
import { markdownCode, markdownLink, markdownText } from '../server/src/text/markdown.ts';
import { printable, printableBrief } from '../server/src/text/printable.ts';
import { analyzeFile } from './support/analyze-file.ts';
import { flattenTree } from './support/flatten-tree.ts';
import { dtmap } from './support/run-dtmap.ts';

interface Token {
  readonly type: string;
  readonly content: string;
  readonly children: readonly Token[] | null;
}

interface MarkdownReader {
  parse(text: string, environment: object): readonly Token[];
}

interface XmlReader {
  onerror: (error: Error) => void;
  write(text: string): { close(): void };
}

const require = createRequire(import.meta.url);
const MarkdownIt = require('markdown-it') as new (options: object) => MarkdownReader;
const sax = require('sax') as { parser(isStrict: boolean): XmlReader };
const markdown = new MarkdownIt({ html: true, linkify: true });

/** What a browser may take for the beginnings of elements, in their order. */
function tagsOf(html: string): string[] {
  const tags = html.match(/<[!/a-z][^\s>]*/gi) ?? [];
  assert.ok(tags.length > 20, html);
  return tags;
}

/** What nobody may find in a view: it is obeyed or not seen. */
const UNSEEN = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufffd\p{Noncharacter_Code_Point}]/u;

/** One of each kind; `bytes` are below U+0100, so that a blob can hold them too. */
const bytes = [
  '\x1b[2J\x1b]52;c;ZWNobw==\x07',
  '\x9b31m\x85',
  '\x7f\b\r\x01',
  'a\nb',
  '`x` ``y',
  '![i](http://x.org/y.png)',
  '[l](command:evil)',
  '<img src=x onerror=alert(1)>&lt;&#60;',
  'a|b\\|c',
  '**bold** _em_ ~~s~~ $x$',
  '::error file=x::owned%0A::warning::',
  'https://x.org/ www.x.org me@x.org',
  '*/ &amp; ]]> -->',
];
const wide = [
  '\u202ecba\u202c\u2066',
  '\u2028\u2029\ufeff\u200b',
  '\ud800\udfff',
  '\u{e0041}\ufffe',
];

const source = `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	compatible = ${bytes.map(quoted).join(', ')};
	memory@40000000 { device_type = "memory"; reg = <0x40000000 0x40000000>; };
	chosen {
		bootargs = ${quoted(bytes.join(' '))};
		xen,xen-bootargs = ${quoted(`dom0_mem=512M,${bytes.join(' ')}`)};
		stdout-path = ${quoted(bytes.join(''))};
	};
	aliases { serial0 = ${quoted(bytes.join(''))}; };
	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
${bytes
  .map(
    (text, index) => `		r${index}@${(0x60000000 + index * 0x1000).toString(16)} {
			reg = <0x${(0x60000000 + index * 0x1000).toString(16)} 0x1800>;
			status = ${quoted(text)};
			raw = "${[...wide].join('')}${text.replace(/[\\"\n]/g, '')}";
		};
`,
  )
  .join('')}	};
};
`;

function quoted(text: string): string {
  const escaped = [...Buffer.from(text, 'latin1')].map((byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\${byte.toString(8).padStart(3, '0')}`,
  );
  return `"${escaped.join('')}"`;
}

const blob = flattenTree({
  name: '',
  properties: {
    '#address-cells': [1],
    '#size-cells': [1],
    compatible: bytes.join(''),
    ...Object.fromEntries(bytes.map((text) => [text, text])),
  },
  children: [
    {
      name: 'memory@40000000',
      properties: { device_type: 'memory', reg: [0x40000000, 0x40000000] },
    },
    {
      name: 'chosen',
      properties: { 'xen,xen-bootargs': bytes.join(' '), bootargs: bytes.join(' ') },
      children: bytes.map((text, index) => ({
        name: `${text}@${(0x50000000 + index * 0x1000).toString(16)}`,
        properties: {
          compatible: 'multiboot,module',
          reg: [0x50000000 + index * 0x1000, 0x1800],
          bootargs: text,
        },
      })),
    },
    {
      name: 'reserved-memory',
      properties: { '#address-cells': [1], '#size-cells': [1], ranges: [] },
      children: bytes.map((text, index) => ({
        name: `${text}@${(0x60000000 + index * 0x1000).toString(16)}`,
        properties: { reg: [0x60000000 + index * 0x1000, 0x1800], status: text, [text]: [1] },
      })),
    },
    ...bytes.map((text, index) => ({
      name: `${text}@${(0x70000000 + index * 0x100).toString(16)}`,
      properties: { reg: [0x70000000 + index * 0x100, 0x100], compatible: text },
    })),
    { name: '__symbols__', properties: Object.fromEntries(bytes.map((text) => [text, '/chosen'])) },
    { name: 'aliases', properties: Object.fromEntries(bytes.map((text) => [text, text])) },
  ],
});

const log = bytes
  .map(
    (text) =>
      `(XEN) Region: [0x${'0'.repeat(8)}, 0x10) overlapping with ${text.replace('\n', '')}\n`,
  )
  .concat(
    bytes.map(
      (text) => `(XEN) mm.c: Failing to acquire the MFN 0x60000 ${text.replace('\n', '')}\n`,
    ),
  )
  .join('');

function assertSeen(text: string, what: string): void {
  const found = UNSEEN.exec(text);
  const near = found
    ? JSON.stringify(text.slice(Math.max(0, found.index - 60), found.index + 20))
    : '';
  assert.ok(!found, `${what}: ${near}`);
}

/** The text of a Markdown document; fails at what is neither ours nor text. */
function assertTame(text: string, what: string, links = 0): void {
  assertSeen(text, what);
  const walk = (tokens: readonly Token[]): number =>
    tokens.reduce((count, token) => {
      assert.doesNotMatch(
        token.type,
        /^(?:html|image|em_|s_|fence|code_block|hr$|blockquote)/,
        `${what}: ${JSON.stringify(token.content)}`,
      );
      return count + (token.type === 'link_open' ? 1 : 0) + walk(token.children ?? []);
    }, 0);
  const found = walk(markdown.parse(text, {}));
  assert.ok(found <= links, `${what}: ${found} links`);
}

function assertXml(text: string, what: string): void {
  assertSeen(text, what);
  const parser = sax.parser(true);
  parser.onerror = (error) => {
    assert.fail(`${what}: ${error.message}`);
  };
  parser.write(text).close();
}

describe('hostile text', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'dtmap-hostile-'));
  const named = path.join(folder, 'a`b|c\u202e\x1b[2J](http:x)<b>\n::error::*');
  const boards = [
    path.join(folder, 'board.dts'),
    path.join(folder, 'board.dtb'),
    path.join(named, '[x](y).dts'),
  ];

  before(() => {
    mkdirSync(named);
    for (const board of boards) writeFileSync(board, board.endsWith('.dtb') ? blob : source);
    writeFileSync(path.join(folder, 'xen.log'), log, 'latin1');
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const commands = (board: string): string[][] => [
    ...['text', 'json', 'sarif', 'github', 'gitlab', 'junit', 'markdown'].map((format) => [
      ...['check', board, '--hints', '--format', format],
    ]),
    ...['text', 'json', 'svg', 'html', 'markdown'].flatMap((format) =>
      ['host', 'xen', 'dom0', 'linux', bytes[0] ?? ''].map((reader) => [
        ...['map', board, '--devices', '--format', format, '--for', reader],
      ]),
    ),
    ...['text', 'json', 'dts'].map((format) => ['boot', board, '--format', format]),
    ...['text', 'json'].map((format) => [
      ...['boot', board, '--format', format, '--compare', path.join(folder, 'xen.log')],
    ]),
    ...['4.18', '4.22'].map((release) => ['boot', board, '--xen', release]),
    ['compile', board, '--format', 'dts'],
    ...['text', 'json'].flatMap((format) =>
      ['0x60000000', '0x70000000', '0x50000000'].map((at) => [
        ...['decode', board, at, '--format', format],
      ]),
    ),
    ...['text', 'json', 'markdown'].flatMap((format) =>
      boards.map((other) => ['diff', board, other, '--format', format]),
    ),
    ...['text', 'json', 'markdown'].map((format) => [
      ...['explain', path.join(folder, 'xen.log'), '--board', board, '--format', format],
    ]),
    ['check', `${board}.missing`],
    ['map', board, '--profile', board],
    ['map', board, `--${board}`],
    ['compile', board, '-o', path.join(folder, 'none', board)],
  ];

  for (const [index, kind] of ['source', 'blob', 'file name'].entries())
    it(`of a ${kind} reaches no terminal, browser, Markdown or XML reader as more than text`, async () => {
      writeFileSync(path.join(folder, 'tame.dts'), '/dts-v1/; / { };');
      const tame = tagsOf(
        (await dtmap(['map', 'tame.dts', '--format', 'html'], { cwd: folder })).stdout,
      );
      for (const argv of commands(boards[index] ?? '')) {
        const what = argv.map((each) => JSON.stringify(each)).join(' ');
        const { status, stdout, stderr } = await dtmap(argv, { cwd: folder });
        assert.ok(status <= 2, what);
        assert.doesNotMatch(stderr, /fault of dtmap/, what);
        assertSeen(stdout, what);
        assertSeen(stderr, what);
        const format = argv[argv.indexOf('--format') + 1];
        if (format === 'markdown') assertTame(stdout, what);
        if (format === 'html' && status === 0) assert.deepEqual(tagsOf(stdout), tame, what);
        if ((format === 'svg' && status === 0) || format === 'junit') assertXml(stdout, what);
        if (format === 'github')
          for (const line of stdout.trimEnd().split('\n'))
            assert.match(line, /^::(?:error|warning|notice) file=[^,:]*,line=\d+,[^:]*::/, what);
        if (/^(?:json|sarif|gitlab)$/.test(format ?? '') && stdout !== '') JSON.parse(stdout);
      }
    }).timeout(60_000);

  it('is the same data in JSON, whatever is escaped on the way', async () => {
    const { stdout } = await dtmap(['boot', 'board.dts', '--format', 'json'], { cwd: folder });
    const { log: lines } = JSON.parse(stdout) as { log: readonly string[] };
    assert.ok(lines.some((line) => line.includes('\x1b]52;c;')));
    const { stdout: shown } = await dtmap(['boot', 'board.dts'], { cwd: folder });
    assert.match(shown, /^\(XEN\) .*\\x1b\]52;c;ZWNobw==\\x07/m);
  });

  it('of SARIF is joined to what it was', async () => {
    const results = ['board.dts', 'board.dtb'].map((name) => path.join(folder, `${name}.sarif`));
    for (const result of results)
      await dtmap(['check', path.basename(result, '.sarif'), '--format', 'sarif', '-o', result], {
        cwd: folder,
      });
    for (const result of results) {
      const { stdout } = await dtmap(['merge', result], { cwd: folder });
      assert.equal(stdout, readFileSync(result, 'utf8'));
      const { runs } = JSON.parse(stdout) as { runs: [{ results: { message: object }[] }] };
      for (const { message } of runs[0].results)
        assert.doesNotMatch(JSON.stringify(message), /(?<!\\)\]\(/, 'a link');
    }
  });

  it('reaches no view of an editor', () => {
    for (const file of boards.slice(0, 1)) {
      const { board, findings } = analyzeFile(file, new Map());
      const link = (_: unknown, text: string): string =>
        markdownLink(text, 'file:///x(y)<z>.dts#L1');
      for (let at = 0; at < source.length; at++) {
        const shown = hover(board, file, at, link);
        if (shown) assertTame(shown.markdown, `hover at ${at}`, 2);
      }
      assertTame(mapMarkdown(board, '[x](y)<b>', findings), 'the map as Markdown');
      const model = makeMapModel(board, findings, { file: '', title: '\x1b' });
      const views: object = [
        model,
        codeLenses(board, file),
        documentSymbols(outlineOf({ id: file, text: source })),
        workspaceSymbols([board], ''),
        findings.map(({ message, related, log: line, proposals }) => [
          message,
          related,
          line,
          proposals.map(({ title }) => title),
        ]),
      ];
      assertStrings(views, 'a view');
    }
  }).timeout(60_000);

  it('of great length is cut where a sentence holds it', () => {
    const file = path.join(folder, 'long.dts');
    const text = source.replace('status = "', `status = "${'x'.repeat(1 << 20)}`);
    const { board, findings } = analyzeFile(file, new Map(), text);
    for (const { message } of findings) assert.ok(message.length < 2100);
    const shown = hover(board, file, text.indexOf('status = '), (_, label) => label);
    assert.ok((shown?.markdown.length ?? 0) < 5000);
    assert.equal(
      printableBrief(`${'\x1b'.repeat(2000)}yy`).slice(-23),
      '… (2 more characters)'.padStart(23, '1b'),
    );
  });
});

function assertStrings(value: unknown, what: string): void {
  if (typeof value === 'string') assertSeen(value, what);
  else if (typeof value === 'object' && value !== null)
    for (const each of Object.values(value)) assertStrings(each, what);
}

describe('escaping', () => {
  const character = fc.oneof(
    fc.constantFrom(
      ...'`*_[]()<>|~$!#+-=.:/@&;\\ \n\t\r1a{}"\'',
      '\x1b',
      '\u202e',
      '\udc80',
      '\x85',
    ),
    fc.constantFrom('www.', 'http://', '&amp;', '](', '![', '<b>', 'a@b.c', '---', '\u2028'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );
  const text = fc.array(character, { maxLength: 20 }).map((parts) => parts.join(''));

  it('shows what cannot be seen as source writes it', () => {
    for (const [given, shown] of [
      ['a\tb', 'a\tb'],
      ['\n\r\x1b\x9b', '\\n\\r\\x1b\\x9b'],
      ['\u202e\u2028\ufeff', '\\u202e\\u2028\\ufeff'],
      ['\udcff\ud800', '\\xff\\ud800'],
      ['\u{e0041}é€😀', '\\u{e0041}é€😀'],
    ] as const)
      assert.equal(printable(given), shown);
    fc.assert(
      fc.property(text, (given) => {
        assert.doesNotMatch(printable(given), UNSEEN);
        assert.equal(printable(printable(given)), printable(given));
      }),
    );
  });

  const shownOf = (document: string, type: string): string => {
    const tokens = markdown.parse(document, {});
    const at = tokens.findLastIndex((token) => token.type === type);
    const inline = tokens[at + 1];
    assert.ok(at >= 0 && inline?.type === 'inline', document);
    return (inline.children ?? [])
      .map((token) => {
        assert.match(token.type, /^(?:text|text_special|code_inline)$/, document);
        return token.content;
      })
      .join('');
  };
  const plain = (given: string): string => printable(given).replaceAll('\t', ' ');
  const trimmed = (given: string): string => given.replace(/^ +| +$/g, '');

  it('keeps Markdown text what it is: in a line, behind words, in a cell', () => {
    fc.assert(
      fc.property(text, (given) => {
        const wanted = plain(given);
        if (wanted.trim() === '') return;
        const written = markdownText(given);
        assert.equal(trimmed(shownOf(written, 'paragraph_open')), trimmed(wanted));
        assert.equal(shownOf(`x: ${written}.`, 'paragraph_open'), `x: ${wanted}.`);
        assert.equal(
          trimmed(shownOf(`|a|b|\n|-|-|\n| x | ${written} |`, 'td_open')),
          trimmed(wanted),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps a code span what it is, in a line and in a cell', () => {
    fc.assert(
      fc.property(text, (given) => {
        const wanted = plain(given);
        if (wanted.trim() === '') return;
        const written = markdownCode(given);
        assert.equal(trimmed(shownOf(`x ${written}`, 'paragraph_open')), trimmed(`x ${wanted}`));
        assert.equal(
          trimmed(shownOf(`|a|b|\n|-|-|\n| x | ${written} |`, 'td_open')),
          trimmed(wanted),
        );
      }),
      { numRuns: 2000 },
    );
  });
});
