// The bundled language server over stdio.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { editsOf, LspSession } from './support/lsp-session.ts';

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
});
