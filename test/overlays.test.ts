// Overlays on a base: what the merged tree remembers, and what is wrong when one does not fit.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { nodeAt, type DeviceTree } from '../server/src/tree/device-tree.ts';
import { applyOverlays } from '../server/src/tree/apply-overlays.ts';
import { overlayCases } from './support/overlay-cases.ts';
import { sourceTree, type SourceTree } from './support/source-tree.ts';

const fixtures = join(import.meta.dirname, 'fixtures/overlays');

function read(name: string): SourceTree {
  return sourceTree(join(fixtures, `${name}.dts`), { symbols: true });
}

function apply(overlays: readonly string[]): DeviceTree {
  const base = read('base');
  const trees = overlays.map(read);
  return applyOverlays(
    base.tree,
    trees.map(({ tree }) => tree),
  );
}

describe('overlays', () => {
  for (const { overlays, applies, problems: expected = [] } of overlayCases) {
    it(`${overlays.join(' + ')} ${applies ? 'apply' : 'do not apply'}`, () => {
      const { problems } = apply(overlays);
      assert.deepEqual(
        problems.map(({ id, facts }) => [id, facts]),
        expected.map((facts) => ['overlay', facts]),
      );
    });
  }

  it('a missing label is shown where the overlay says it', () => {
    const overlay = read('missing-symbol');
    const { problems } = applyOverlays(read('base').tree, [overlay.tree]);
    assert.deepEqual(
      problems.map(({ at }) => overlay.textOf(at)),
      ['&pll'],
    );
  });

  it('a base without symbols says so', () => {
    const base = sourceTree(join(fixtures, 'base.dts'));
    const { problems } = applyOverlays(base.tree, [read('one-fragment').tree]);
    assert.deepEqual(
      problems.map(({ facts }) => facts),
      [{ because: 'base-without-symbols', label: 'uart0', labelled: 'uart0' }],
    );
  });

  it('one that does not apply leaves the tree as it was', () => {
    const base = read('base').tree;
    const result = applyOverlays(base, [read('missing-path').tree]);
    assert.equal(result.root, base.root);
  });

  it('an overridden property remembers what the base said', () => {
    const base = read('base');
    const overlay = read('one-fragment');
    const tree = applyOverlays(base.tree, [overlay.tree]);
    const status = nodeAt(tree, '/soc/serial@2000')?.properties.get('status');
    assert.equal(status?.definition && overlay.textOf(status.definition.whole), 'status = "okay";');
    assert.deepEqual(
      status?.overridden.map(({ whole }) => base.textOf(whole)),
      ['status = "disabled";'],
    );
  });

  it('labels of an overlay are labels of the merged tree', () => {
    const tree = apply(['new-nodes']);
    assert.equal(tree.labels.get('second')?.path, '/soc/device@5000');
  });
});
