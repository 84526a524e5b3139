// Which declared changes count as safe: those that move no address, enable nothing and give no memory away.

import assert from 'node:assert/strict';
import { isSafe } from '../server/src/rules/is-safe.ts';
import { stringValue } from '../server/src/tree/string-bytes.ts';
import type { TreeChange } from '../server/src/tree/tree-change.ts';
import { textTree } from './support/source-tree.ts';

const SOURCE = `/dts-v1/; / {
  memory@40000000 { #size-cells = <1>; reg = <0x40000000 0x40000000>; };
  reserved-memory {
    #size-cells = <1>;
    fixed@50000000 { reg = <0x50000000 0x1000>; size = <0x1000>; no-map; status = "disabled"; };
    dynamic { size = <0x1000>; reusable; };
  };
};`;
const FIXED = '/reserved-memory/fixed@50000000';
const DYNAMIC = '/reserved-memory/dynamic';
const NONE = new Uint8Array();

function set(node: string, property: string, bytes: Uint8Array = NONE): TreeChange {
  return { kind: 'set-property', node, property, bytes };
}
function drop(node: string, property: string): TreeChange {
  return { kind: 'delete-property', node, property };
}

describe('is-safe', () => {
  const safe: readonly (readonly [string, readonly TreeChange[]])[] = [
    ['nothing', []],
    ['a unit address', [{ kind: 'rename-node', node: FIXED, to: 'fixed@51000000' }]],
    ['a label', [{ kind: 'rename-label', label: 'a', to: 'b' }]],
    ['no-map that is added', [set(DYNAMIC, 'no-map')]],
    ['reusable that is removed', [drop(DYNAMIC, 'reusable')]],
    ['an empty ranges that is added', [set('/reserved-memory', 'ranges')]],
    ['a size beside reg that is removed', [drop(FIXED, 'size')]],
    ['cells that count for nobody', [drop('/memory@40000000', '#size-cells')]],
  ];
  for (const [what, changes] of safe)
    it(`takes ${what} for safe`, () => {
      assert.equal(isSafe(changes, textTree(SOURCE)), true);
    });

  const unsafe: readonly (readonly [string, readonly TreeChange[]])[] = [
    ['a reg', [set(FIXED, 'reg', new Uint8Array(8))]],
    ['a status', [drop(FIXED, 'status')]],
    ['a status that is set', [set(FIXED, 'status', stringValue('okay'))]],
    ['no-map that is removed', [drop(FIXED, 'no-map')]],
    ['reusable that is added', [set(FIXED, 'reusable')]],
    ['a ranges that translates', [set('/reserved-memory', 'ranges', new Uint8Array(12))]],
    ['the size of a region without reg', [drop(DYNAMIC, 'size')]],
    ['cells of a node with children', [drop('/reserved-memory', '#size-cells')]],
    [
      'a memory node that comes to be',
      [set('/memory@40000000', 'device_type', stringValue('memory'))],
    ],
    ['another name', [{ kind: 'rename-node', node: FIXED, to: 'other@50000000' }]],
    ['a node that goes', [{ kind: 'delete-node', node: FIXED }]],
    ['a node that comes', [{ kind: 'add-node', parent: '/', name: 'a', properties: new Map() }]],
    ['a reservation that goes', [{ kind: 'delete-reservation', address: 0n, size: 1n }]],
    ['a property named as one of every object', [set(FIXED, 'constructor')]],
    ['a node that is not there', [set('/none', 'no-map')]],
    ['one unsafe change among safe ones', [set(DYNAMIC, 'no-map'), drop(FIXED, 'status')]],
  ];
  for (const [what, changes] of unsafe)
    it(`takes ${what} for unsafe`, () => {
      assert.equal(isSafe(changes, textTree(SOURCE)), false);
    });
});
