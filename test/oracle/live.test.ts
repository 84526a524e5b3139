// Kernel boards in the bundled language server, with no settings: silent as they are, and a real bug typed into one.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CodeAction, Diagnostic } from 'vscode-languageserver/node';
import { editsOf, LspSession } from '../support/lsp-session.ts';
import { kernelTree } from './kernel-tree.ts';

const boards = [
  'qcom/sc7180-trogdor-lazor-limozeen-nots-r5',
  'renesas/r8a77951-salvator-xs',
  'freescale/imx8mm-evk',
  'xilinx/zynqmp-zcu102-rev1.0',
  'hisilicon/hi6220-hikey',
  'rockchip/rk3399-rock-pi-4b',
];

const isFault = ({ severity }: Diagnostic): boolean => (severity ?? 4) <= 2;

describe('kernel boards in the language server, with no settings', function () {
  this.timeout(240_000);
  let session: LspSession;
  const dts = (name: string): string => path.join(kernelTree(), 'arch/arm64/boot/dts', name);

  beforeEach(async () => {
    session = await LspSession.start({ folder: kernelTree() });
  });
  afterEach(() => session.stop());

  for (const board of boards) {
    it(`${board} has no error and no warning`, async () => {
      const file = dts(`${board}.dts`);
      await session.open(file);
      assert.deepEqual((await session.diagnostics(file)).filter(isFault), []);
    });
  }

  it('an override that grows a region over the next one shows on it, with the other places', async () => {
    const board = dts('qcom/sc7180-trogdor-lazor-limozeen-nots-r5.dts');
    const override = dts('qcom/sc7180-trogdor-lte-sku.dtsi');
    const base = dts('qcom/sc7180-trogdor.dtsi');
    await session.open(board);
    await session.open(override);
    assert.deepEqual((await session.diagnostics(override)).filter(isFault), []);

    const healthy = readFileSync(override, 'utf8');
    const broken = healthy.replace('0x8c00000>', '0x9c00000>');
    assert.notEqual(broken, healthy);
    await session.change(override, broken);
    const here = (await session.diagnostics(override)).filter(isFault);

    // One fault is one finding: on the winning definition, with the region it grew over beside it.
    const lines = readFileSync(base, 'utf8').split('\n');
    const lineOf = (text: string): number => lines.findIndex((line) => line.includes(text));
    assert.deepEqual(
      here.map(({ range, code }) => [broken.split('\n')[range.start.line]?.trim(), code]),
      [['reg = <0x0 0x86000000 0x0 0x9c00000>;', 'reserved-overlap']],
    );
    const places = new Set(
      here.flatMap((each) =>
        (each.relatedInformation ?? []).map(
          ({ location }) => `${path.basename(location.uri)}:${location.range.start.line}`,
        ),
      ),
    );
    assert.ok(places.has(`${path.basename(base)}:${lineOf('0x8f600000 0 0x500000')}`));

    const [finding] = here;
    assert.ok(finding);
    const actions: CodeAction[] = await session.codeActions(override, finding.range);
    const fix = actions.find(({ isPreferred }) => isPreferred) ?? actions[0];
    assert.ok(fix?.edit, JSON.stringify(actions.map(({ title }) => title)));
    for (const [uri, edits] of editsOf(fix.edit)) {
      const file = [override, board, base].find((each) => pathToFileURL(each).href === uri);
      assert.ok(file, uri);
      if (file === base) await session.open(base);
      await session.change(
        file,
        edits
          .toSorted(
            (a, b) =>
              b.range.start.line - a.range.start.line ||
              b.range.start.character - a.range.start.character,
          )
          .map(({ range, newText }) => ({ range, text: newText })),
      );
    }
    assert.deepEqual((await session.diagnostics(override)).filter(isFault), []);
    assert.deepEqual((await session.diagnostics(board)).filter(isFault), []);
  });
});
