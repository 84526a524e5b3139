// The bundled language server over stdio.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { editsOf, LspSession } from './support/lsp-session.ts';
import { poll } from './support/poll.ts';

const BOARD = `/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;

	memory@40000000 {
		device_type = "memory";
		reg = <0x0 0x40000000 0x0 0x80000000>;
	};

	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;

		video: video@60000000 {
			reg = <0x0 0x60000000 0x0 0x5000000>;
		};

		camera: camera@64000000 {
			reg = <0x0 0x64000000 0x0 0x2000000>;
		};
	};
};
`;

describe('language server', () => {
  let folder = '';
  let board = '';
  let session: LspSession;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-lsp-'));
    board = path.join(folder, 'board.dts');
    writeFileSync(board, BOARD);
    session = await LspSession.start({ folder });
  });
  afterEach(async () => {
    await session.stop();
    rmSync(folder, { recursive: true });
  });

  const place = (needle: string, text = BOARD): { line: number; character: number } => {
    const at = text.indexOf(needle);
    assert.notEqual(at, -1, needle);
    const before = text.slice(0, at).split('\n');
    return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  };

  it('names itself', () => {
    assert.equal(session.initialized.serverInfo?.name, 'dtmap');
  });

  it('publishes findings with both parties, rule and page', async () => {
    await session.open(board);
    const errors = (await session.diagnostics(board)).filter((each) => each.severity === 1);
    assert.deepEqual(
      errors.map((each) => [each.code, each.source, each.relatedInformation?.length]),
      [['reserved-overlap', 'dtmap', 1]],
    );
    assert.match(errors[0]?.codeDescription?.href ?? '', /docs\/rules\/reserved-overlap\.md$/);
  });

  it('answers hover with joined values and neighbours', async () => {
    await session.open(board);
    const hover = await session.hover(board, place('0x60000000 0x0 0x5000000'));
    const text = JSON.stringify(hover?.contents);
    assert.match(text, /0x60000000 – 0x64ffffff/);
    assert.match(text, /80 MiB/);
    assert.match(text, /overlaps.*camera@64000000 by 16 MiB/);
  });

  it('offers a fix that leaves no error', async () => {
    await session.open(board);
    await session.diagnostics(board);
    const start = place('0x64000000 0x0');
    const actions = await session.codeActions(board, { start, end: start });
    const preferred = actions.find((action) => action.isPreferred);
    assert.ok(preferred?.edit, JSON.stringify(actions));
    const edits = [...editsOf(preferred.edit).values()].flat();
    assert.ok(edits.length > 0);
    await session.change(
      board,
      edits
        .toSorted(
          (a, b) =>
            b.range.start.line - a.range.start.line ||
            b.range.start.character - a.range.start.character,
        )
        .map(({ range, newText }) => ({ range, text: newText })),
    );
    const left = (await session.diagnostics(board)).filter((each) => (each.severity ?? 4) < 3);
    assert.deepEqual(left, []);
  });

  it('keeps what it knew while the text is broken', async () => {
    await session.open(board);
    await session.diagnostics(board);
    await session.change(board, BOARD.replace('ranges;', 'ranges = <;'));
    const broken = await session.diagnostics(board);
    const codes = new Set(broken.map((each) => each.code));
    assert.ok(codes.has('syntax-error') && codes.has('reserved-overlap'), [...codes].join());
    const hover = await session.hover(board, place('0x64000000 0x0'));
    assert.match(JSON.stringify(hover), /32 MiB/);
    const status = await session.request('dtmap/status', { uri: `file://${board}` });
    assert.equal(status.state, 'stale');
  });

  describe('of an include that is not there', () => {
    const text = '/dts-v1/;\n#include <vnd/soc.dtsi>\n/ { };\n';

    /** The titles and commands of the quick fixes for the include. */
    async function fixesOf(addsIncludePaths: boolean): Promise<unknown[]> {
      await session.stop();
      mkdirSync(path.join(folder, 'other/tree/vnd'), { recursive: true });
      mkdirSync(path.join(folder, 'third/xvnd'), { recursive: true });
      writeFileSync(path.join(folder, 'other/tree/vnd/soc.dtsi'), '');
      writeFileSync(path.join(folder, 'third/xvnd/soc.dtsi'), '');
      session = await LspSession.start({ folder, initializationOptions: { addsIncludePaths } });
      await session.open(board, text);
      await session.diagnosticsWhen(board, (all) => all.length > 0);
      const start = place('<vnd', text);
      return poll('the folders to be searched', async () => {
        const { boards } = await session.request('dtmap/boards', {
          uri: pathToFileURL(path.join(folder, 'other/tree/vnd/soc.dtsi')).href,
        });
        const actions = await session.codeActions(board, { start, end: start });
        const isDone = boards.length > 0 && (actions.length > 1 || !addsIncludePaths);
        return isDone ? actions.map(({ title, command }) => [title, command]) : undefined;
      });
    }

    it('offers folders of the work tree that have it to a client that can add them', async () => {
      assert.deepEqual(await fixesOf(true), [
        [
          'Add other/tree to dtmap.includePaths',
          {
            title: 'Add to dtmap.includePaths',
            command: 'dtmap.addIncludePath',
            arguments: [
              pathToFileURL(board).href,
              pathToFileURL(path.join(folder, 'other/tree')).href,
            ],
          },
        ],
        [
          'Choose the folder with vnd/soc.dtsi…',
          {
            title: 'Choose a folder for dtmap.includePaths',
            command: 'dtmap.chooseIncludePath',
            arguments: [pathToFileURL(board).href, 'vnd/soc.dtsi'],
          },
        ],
      ]);
    });

    it('offers none to another client', async () => {
      assert.deepEqual(await fixesOf(false), []);
    });
  });
});
