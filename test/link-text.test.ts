// Symbolic links that git wrote as text: files and folders are read through them as through real ones.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { NodeFiles } from '../server/src/node-files.ts';
import { longestLinkText, readLinkText } from '../server/src/text/link-text.ts';
import { LspSession } from './support/lsp-session.ts';
import { dtmap } from './support/run-dtmap.ts';
import { writeFiles } from './support/write-files.ts';

/** A kernel in small: links to a header, to folders, to a board, in a row, in a circle, and to nothing. */
const kernel = {
  'arch/arm64/boot/dts/acme/board.dts': `/dts-v1/;
#include <arm/acme/soc.dtsi>
#include <dt-bindings/input/codes.h>
#include "near.dtsi"
/ {
	compatible = "acme,board";
	key = <KEY_A KEY_B>;
};
`,
  'arch/arm64/boot/dts/acme/twin.dts': '-> board.dts',
  'arch/arm64/boot/dts/acme/near.dtsi': '-> ../../../../arm/boot/dts/acme/near.dtsi',
  'arch/arm/boot/dts/acme/near.dtsi': '/ {\n\tnear = <1>;\n};\n',
  'arch/arm/boot/dts/acme/soc.dtsi': `/ {
	#address-cells = <1>;
	#size-cells = <1>;
	soc: memory@40000000 {
		device_type = "memory";
		reg = <0x40000000 0x10000000>;
	};
	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		a@41000000 {
			reg = <0x41000000 0x200000>;
		};
		b@41100000 {
			reg = <0x41100000 0x200000>;
		};
	};
};
`,
  'include/dt-bindings/input/codes.h': '-> again.h',
  'include/dt-bindings/input/again.h': '-> ../../uapi/codes.h',
  'include/dt-bindings/input/circle.h': '-> circle.h',
  'include/dt-bindings/input/lost.h': '-> ../nothing.h',
  'include/uapi/codes.h': '#define KEY_A 30\n#include "more.h"\n',
  // Found beside the link, as cpp looks beside the name that it was given.
  'include/dt-bindings/input/more.h': '#define KEY_B 48\n',
  'scripts/dtc/include-prefixes/arm': '-> ../../../arch/arm/boot/dts',
  'scripts/dtc/include-prefixes/arm64': '-> ../../../arch/arm64/boot/dts',
  'scripts/dtc/include-prefixes/dt-bindings': '-> ../../../include/dt-bindings',
};

describe('links checked out as text', () => {
  let folder = '';
  let real = '';
  let text = '';
  before(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'dtmap-links-')));
    real = path.join(folder, 'real');
    text = path.join(folder, 'text');
    writeFiles(real, kernel);
    writeFiles(text, kernel, 'text');
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const board = 'arch/arm64/boot/dts/acme/board.dts';

  it('is told from every other text', () => {
    const links = { '../a/b.h': '../a/b.h', 'a b.dtsi\n': 'a b.dtsi', 'dts/\r\n': 'dts', '.': '.' };
    for (const [written, expected] of Object.entries(links))
      assert.equal(readLinkText(written), expected);
    const others = [
      ...['', '\n', '/abs/olute', 'C:/x', '#define A', '/ { };', 'a\nb', '"x.dtsi"', ' ../x'],
      ...['a\\b', 'x'.repeat(longestLinkText + 1), 'a\0b', '&soc {};', 'a;', '// nothing'],
    ];
    for (const written of others) assert.equal(readLinkText(written), undefined, written);
  });

  it('reads, lists and names files as through links', () => {
    const [one, other] = [new NodeFiles(), new NodeFiles()];
    const names = [
      ...Object.keys(kernel),
      'scripts/dtc/include-prefixes/arm/acme/soc.dtsi',
      'scripts/dtc/include-prefixes/arm/acme/nothing.dtsi',
      'scripts/dtc/include-prefixes/arm64/acme/near.dtsi',
      'scripts/dtc/include-prefixes/arm64',
      'scripts/dtc/include-prefixes/dt-bindings/input/codes.h',
      'scripts/dtc/include-prefixes/nothing/at/all.h',
    ].filter((name) => !/circle|lost/.test(name));
    for (const name of names) {
      const below = (top: string): string => path.join(top, name);
      const textOf = (files: NodeFiles, top: string): string => {
        const source = files.get(below(top));
        return typeof source === 'string' ? source : source.text;
      };
      assert.equal(textOf(other, text), textOf(one, real), name);
      assert.equal(other.exists(below(text)), one.exists(below(real)), name);
      assert.equal(other.sizeOf(below(text)), one.sizeOf(below(real)), name);
      assert.equal(
        path.relative(text, other.realPath(below(text))),
        path.relative(real, one.realPath(below(real))),
      );
      const inText = other.listFolder(below(text));
      const inReal = one.listFolder(below(real));
      const isLoose = (each: string): boolean => !/circle|lost/.test(each);
      assert.deepEqual(inText.names, inReal.names, name);
      assert.deepEqual(
        inText.links.map((link) => ({ ...link, target: path.relative(text, link.target) })),
        inReal.links
          .filter((link) => isLoose(link.name))
          .map((link) => ({ ...link, target: path.relative(real, link.target) })),
      );
    }
  });

  it('a text that leads nowhere, or in a circle, stays a text', () => {
    const files = new NodeFiles();
    for (const name of ['circle.h', 'lost.h']) {
      const file = path.join(text, 'include/dt-bindings/input', name);
      const source = files.get(file);
      assert.ok(typeof source !== 'string');
      assert.equal(source.text, readFileSync(file, 'utf8'));
      assert.equal(files.linkText(file), undefined);
    }
  });

  it('is followed while it is open, and shows the text that its file has in the editor', () => {
    const files = new NodeFiles();
    const link = path.join(text, 'scripts/dtc/include-prefixes/arm/acme/near.dtsi');
    const file = path.join(text, 'arch/arm/boot/dts/acme/near.dtsi');
    const textOf = (id: string): string => {
      const source = files.get(id);
      return typeof source === 'string' ? source : source.text;
    };
    files.setText(
      path.join(text, 'scripts/dtc/include-prefixes/arm'),
      '../../../arch/arm/boot/dts',
    );
    assert.equal(textOf(link), kernel['arch/arm/boot/dts/acme/near.dtsi']);
    files.setText(file, '/ { };');
    assert.equal(textOf(link), '/ { };');
    assert.equal(files.get(link), files.get(link));
    const near = path.join(text, 'arch/arm64/boot/dts/acme/near.dtsi');
    files.setText(near, kernel['arch/arm64/boot/dts/acme/near.dtsi'].slice(3));
    assert.equal(textOf(near), '/ { };');
    files.unset(file);
    assert.equal(textOf(near), kernel['arch/arm/boot/dts/acme/near.dtsi']);
    assert.deepEqual(new Set(files.aliasesOf(file)), new Set([link, near]));
  });

  it('gives the findings of the tree with links, and one hint more for each board', async () => {
    const found: string[][] = [];
    for (const top of [real, text]) {
      const { stdout } = await dtmap(
        ['check', '--format', 'json', 'arch/arm64/boot/dts', 'arch/arm/boot/dts/acme/soc.dtsi'],
        { cwd: top },
      );
      const { findings } = JSON.parse(stdout) as { findings: { rule: string }[] };
      found.push(findings.map((each) => JSON.stringify(each)));
    }
    const [withLinks = [], withTexts = []] = found;
    assert.ok(withLinks.length > 0);
    const isHint = (each: string): boolean => each.includes('"link-as-text"');
    assert.deepEqual(
      withTexts.filter((each) => !isHint(each)),
      withLinks,
    );
    // The board, and its twin by another name.
    assert.equal(withTexts.filter(isHint).length, 2);
  });

  it('a fix changes the file, and leaves the link', async () => {
    const copy = path.join(folder, 'fixed');
    writeFiles(copy, kernel, 'text');
    const { stderr } = await dtmap(['check', '--fix-unsafe', board], { cwd: copy });
    assert.doesNotMatch(stderr, /dtmap itself/);
    const after = (name: string): string => readFileSync(path.join(copy, name), 'utf8');
    for (const [name, written] of Object.entries(kernel)) {
      if (name.endsWith('/soc.dtsi')) assert.notEqual(after(name), written);
      else assert.equal(after(name), written.replace(/^-> /, ''), name);
    }
  });

  it('the editor shows the files, not the links, and answers nothing about the text of a link', async () => {
    const session = await LspSession.start({ folder: text });
    const root = path.join(text, board);
    const soc = path.join(text, 'arch/arm/boot/dts/acme/soc.dtsi');
    const link = path.join(text, 'arch/arm64/boot/dts/acme/twin.dts');
    await session.open(root);
    const found = await session.diagnosticsWhen(soc, (all) =>
      all.some(({ code }) => code === 'reserved-overlap'),
    );
    assert.ok(found.length > 0);
    const hints = await session.diagnostics(root);
    assert.equal(hints.filter(({ code }) => code === 'link-as-text').length, 1);
    const links = await session.at<{ target: string }[]>('textDocument/documentLink', root);
    assert.deepEqual(
      links.map(({ target }) => target),
      [
        soc,
        path.join(text, 'include/uapi/codes.h'),
        path.join(text, 'arch/arm/boot/dts/acme/near.dtsi'),
      ].map((file) => pathToFileURL(file).href),
    );
    await session.open(soc, kernel['arch/arm/boot/dts/acme/soc.dtsi'].replaceAll('411', '413'));
    await session.diagnosticsWhen(soc, (all) =>
      all.every(({ code }) => code !== 'reserved-overlap'),
    );
    await session.open(link);
    for (const method of ['documentSymbol', 'formatting', 'semanticTokens/full'])
      assert.equal(
        await session.at(`textDocument/${method}`, link, { options: { tabSize: 8 } }),
        null,
        method,
      );
    await session.stop();
  });
});
