// What the server offers to do at a place: allowances, repairs, new regions; and when it offers nothing.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CodeAction, Position, SnippetTextEdit, TextEdit } from 'vscode-languageserver';
import { everyAbility, LspSession } from './support/lsp-session.ts';

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

type Edit = TextEdit | SnippetTextEdit;

/** The text that an edit inserts, `«»` around what is selected then. */
function inserted(edit: Edit): string {
  if ('newText' in edit) return edit.newText;
  return edit.snippet.value.replace(/\$\{1:((?:\\.|[^}])*)\}/, '«$1»').replace(/\\([\\$}])/g, '$1');
}

function editsOf(action: CodeAction | undefined): readonly Edit[] {
  return (action?.edit?.documentChanges ?? []).flatMap((each) =>
    'edits' in each ? each.edits : [],
  );
}

/** `text` with an action done. */
function applied(text: string, action: CodeAction | undefined): string {
  const offsetOf = ({ line, character }: Position): number =>
    text.split('\n').slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + character;
  return editsOf(action)
    .toSorted((a, b) => offsetOf(b.range.start) - offsetOf(a.range.start))
    .reduce(
      (now, edit) =>
        now.slice(0, offsetOf(edit.range.start)) +
        inserted(edit).replace(/[«»]/g, '') +
        now.slice(offsetOf(edit.range.end)),
      text,
    );
}

describe('code actions', () => {
  let folder = '';
  let board = '';
  let session: LspSession;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-actions-'));
    board = path.join(folder, 'board.dts');
    writeFileSync(board, BOARD);
    session = await LspSession.start({ folder });
  });
  afterEach(async () => {
    await session.stop();
    rmSync(folder, { recursive: true });
  });

  const place = (needle: string, text: string): Position => {
    const at = text.indexOf(needle);
    assert.notEqual(at, -1, needle);
    const before = text.slice(0, at).split('\n');
    return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  };
  const actionsAt = async (needle: string, text = BOARD): Promise<CodeAction[]> => {
    const start = place(needle, text);
    return session.codeActions(board, { start, end: start });
  };
  const titles = (actions: readonly CodeAction[]): string[] => actions.map(({ title }) => title);
  const allowing = 'Allow reserved-overlap here (dtmap-allow)';

  describe('that allow a finding', () => {
    it('add a comment above its line, with a place for the reason', async () => {
      await session.open(board);
      await session.diagnostics(board);
      const action = (await actionsAt('0x0 0x64000000')).find(({ title }) => title === allowing);
      assert.deepEqual(editsOf(action).map(inserted), [
        '\t\t\t// dtmap-allow: reserved-overlap — «reason»\n',
      ]);
      assert.equal(action?.isPreferred, undefined);
      await session.change(board, applied(BOARD, action));
      const left = await session.diagnostics(board);
      assert.ok(left.every(({ code }) => code !== 'reserved-overlap'));
    });

    it('come after the fixes', async () => {
      await session.open(board);
      await session.diagnostics(board);
      const all = titles(await actionsAt('0x0 0x64000000'));
      assert.ok(all.indexOf(allowing) > all.findIndex((title) => title.startsWith('Move')));
    });

    it('are not offered at the other party', async () => {
      await session.open(board);
      await session.diagnostics(board);
      const all = titles(await actionsAt('0x0 0x60000000'));
      assert.ok(
        all.some((title) => title.startsWith('Move camera')),
        all.join('\n'),
      );
      assert.ok(!all.includes(allowing));
    });

    it('stand above the call of a macro, not in its lines', async () => {
      const text = BOARD.replace(
        '/ {',
        '#define REGION(name) \\\n\tname { \\\n\t\treg = <0x0 0x64000000 0x0 0x2000000>; \\\n\t};\n\n/ {',
      ).replace(/camera: camera[^}]*\};/, 'REGION(camera: camera@64000000)');
      await session.open(board, text);
      const found = await session.diagnostics(board);
      const at = found.find(({ code }) => code === 'reserved-overlap');
      assert.ok(at);
      const actions = await session.codeActions(board, at.range);
      const action = actions.find(({ title }) => title === allowing);
      assert.match(applied(text, action), /\n\t\t\/\/ dtmap-allow[^\n]*\n\t\tREGION\(camera/);
    });

    it('are plain text for a client that takes no snippets', async () => {
      await session.stop();
      const workspace = { ...everyAbility.workspace, workspaceEdit: { documentChanges: true } };
      session = await LspSession.start({ folder, capabilities: { ...everyAbility, workspace } });
      await session.open(board);
      await session.diagnostics(board);
      const action = (await actionsAt('0x0 0x64000000')).find(({ title }) => title === allowing);
      assert.deepEqual(editsOf(action), [
        {
          range: {
            start: { line: place('0x0 0x64000000', BOARD).line, character: 0 },
            end: { line: place('0x0 0x64000000', BOARD).line, character: 0 },
          },
          newText: '\t\t\t// dtmap-allow: reserved-overlap — reason\n',
        },
      ]);
    });

    it('are not offered for text that cannot be read', async () => {
      const text = BOARD.replace('0x2000000>;', '0x2000000>');
      await session.open(board, text);
      await session.diagnostics(board);
      const all = titles(await actionsAt('\n\t\t};\n\t};', text));
      assert.ok(all.includes('Insert ;'));
      assert.ok(all.every((title) => !title.startsWith('Allow')));
    });
  });

  describe('that repair', () => {
    const broken = BOARD.replace('0x5000000>;', '0x5000000').replace(
      'device_type = "memory"',
      'device_type = "memory',
    );

    it('are offered where the text was whole before', async () => {
      await session.open(board);
      await session.diagnostics(board);
      await session.change(board, broken);
      await session.diagnostics(board);
      const action = (await actionsAt('"memory;', broken)).find(({ isPreferred }) => isPreferred);
      assert.equal(action?.title, 'Insert "');
      assert.match(applied(broken, action), /device_type = "memory";\n/);
    });

    for (const wasWhole of [true, false])
      it(`fix all of it, ${wasWhole ? 'and it was whole before' : 'opened broken'}`, async () => {
        await session.open(board, wasWhole ? BOARD : broken);
        await session.diagnostics(board);
        if (wasWhole) await session.change(board, broken);
        await session.diagnostics(board);
        const all = await actionsAt('"memory;', broken);
        const fixAll = all.find(({ kind }) => kind === 'source.fixAll.dtmap');
        assert.ok(fixAll);
        const resolved = await session.ask('codeAction/resolve', fixAll);
        assert.equal(applied(broken, resolved as CodeAction), BOARD);
      });
  });

  describe('without a fault', () => {
    const ask = (triggerKind: number | undefined): Promise<CodeAction[]> => {
      const start = place('reserved-memory', BOARD);
      return session.at('textDocument/codeAction', board, {
        range: { start, end: start },
        context: { diagnostics: [], ...(triggerKind !== undefined && { triggerKind }) },
      });
    };

    it('are offered when somebody asks, and show no bulb by themselves', async () => {
      await session.open(board);
      await session.diagnostics(board);
      const counts = await Promise.all([1, undefined, 2].map(async (kind) => ask(kind)));
      assert.deepEqual(
        counts.map((all) => all.some(({ title }) => title.startsWith('Add a 1 MiB'))),
        [true, true, false],
      );
    });

    it('leave the name of a new region selected', async () => {
      await session.open(board);
      await session.diagnostics(board);
      const action = (await ask(1)).find(({ title }) => title.startsWith('Add a 1 MiB'));
      const [edit] = editsOf(action);
      assert.match(edit ? inserted(edit) : '', /^\n\t\t«region»@[0-9a-f]+ \{\n/);
      const places = await session.request('dtmap/placesForRegion', {
        uri: session.uriOf(board),
        size: '1 MiB',
      });
      assert.deepEqual(
        [...new Set(places.flatMap(({ edits }) => edits.map((e) => e.select)))],
        ['region'],
      );
    });
  });
});
