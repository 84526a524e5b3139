// Blobs: what is written reads back the same, and nothing a file contains makes the reader throw.

import assert from 'node:assert/strict';
import { blobSize } from '../server/src/dtb/blob-size.ts';
import { readDtb } from '../server/src/dtb/read-dtb.ts';
import { writeDtb } from '../server/src/dtb/write-dtb.ts';
import { stringsOf, walkNodes, type DeviceTree } from '../server/src/tree/device-tree.ts';
import { textTree } from './support/source-tree.ts';

const source = `/dts-v1/;
/memreserve/ 0x1000 0x2000;
/ {
	#address-cells = <1>;
	compatible = "a,b", "c";
	cpus { cpu@3 { reg = <3>; }; };
	l: leaf@10 { reg = <0x10>; bytes = [00 01 02]; empty; other = <&l>; path = &l; };
};
`;

function contents(tree: DeviceTree): unknown {
  return [...walkNodes(tree.root)].map((node) => [
    node.path,
    [...node.properties.values()].map(({ name, bytes }) => [name, [...bytes]]),
  ]);
}

describe('blobs', () => {
  it('read back as written', () => {
    const tree = textTree(source, { symbols: true });
    const blob = writeDtb(tree);
    const read = readDtb('/a.dtb', blob);
    assert.ok('root' in read);
    assert.deepEqual(contents(read), contents(tree));
    assert.equal(read.bootCpu, 3);
    assert.deepEqual(
      read.memoryReservations.map(({ address, size }) => [address, size]),
      [[0x1000n, 0x2000n]],
    );
    assert.deepEqual([...read.labels.keys()], ['l']);
    assert.deepEqual(writeDtb(read), blob);
  });

  it('have the size that is told without writing them', () => {
    const overridden = `/ { l: node { a = <&l>, &l, "x"; ell; }; }; &l { ell = <1>; bell; /delete-property/ a; };`;
    for (const text of [source, `${source}/ { other = "b"; };`, `/dts-v1/;\n${overridden}`]) {
      for (const symbols of [false, true]) {
        const tree = textTree(text, { symbols });
        assert.equal(blobSize(tree), writeDtb(tree).length, text);
      }
    }
  });

  it('of version 16 read too', () => {
    const blob = writeDtb(textTree(source));
    const old = blob.slice();
    old[23] = 16;
    const read = readDtb('/a.dtb', old);
    assert.ok('root' in read);
    assert.deepEqual(contents(read), contents(textTree(source)));
  });

  it('with any byte changed are a tree or a fault', () => {
    const blob = writeDtb(textTree(source, { symbols: true }));
    for (let at = 0; at < blob.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const changed = blob.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        const read = readDtb('/a.dtb', changed);
        if ('because' in read) assert.ok(read.offset >= 0, read.because);
        else writeDtb(read);
      }
    }
  });

  it('cut off anywhere are a fault', () => {
    const blob = writeDtb(textTree(source));
    for (let length = 0; length < blob.length; length++)
      assert.ok('because' in readDtb('/a.dtb', blob.subarray(0, length)), `${length} bytes`);
  });

  it('with a property of a megabyte read whole', () => {
    const tree = textTree(source);
    const large = new Uint8Array(1 << 20).fill(0x41);
    const property = { name: 'compatible', labels: [], bytes: large, overridden: [] };
    const root = { ...tree.root, properties: new Map([['compatible', property]]), children: [] };
    const read = readDtb('/a.dtb', writeDtb({ ...tree, root }));
    assert.ok('root' in read);
    const [found] = read.root.properties.values();
    assert.ok(found);
    assert.equal(stringsOf(found)[0]?.length, 1 << 20);
  });

  it('with a hundred thousand nested nodes are a fault', () => {
    const header = writeDtb(textTree('/dts-v1/;\n/ {\n};\n')).slice(0, 56);
    const depth = 100_000;
    const blob = new Uint8Array(56 + depth * 12 + 4);
    blob.set(header);
    const view = new DataView(blob.buffer);
    for (let at = 0; at < depth; at++) view.setUint32(56 + at * 8, 1);
    for (let at = 0; at < depth; at++) view.setUint32(56 + depth * 8 + at * 4, 2);
    view.setUint32(56 + depth * 12, 9);
    view.setUint32(4, blob.length);
    view.setUint32(12, blob.length);
    view.setUint32(32, 0);
    view.setUint32(36, depth * 12 + 4);
    const read = readDtb('/a.dtb', blob);
    assert.ok('because' in read);
    assert.match(read.because, /deeper/);
  });
});
