// `dtmap diff` of two trees: nodes and properties, with phandles followed to the nodes they stand for.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TreeChange } from '../server/src/cli/diff-command.ts';
import { dtmap } from './support/run-dtmap.ts';

const tree = (body: string): string => `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	${body}
};
`;

describe('dtmap diff of trees', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-diff-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (name: string, content: string | Uint8Array): void => {
    writeFileSync(path.join(folder, name), content);
  };

  /** The tree's changes from one body of the root to another, in short, and the exit status. */
  async function changes(
    from: string | Uint8Array,
    to: string | Uint8Array,
  ): Promise<{ readonly shown: string[]; readonly status: number }> {
    const nameOf = (side: string, content: string | Uint8Array): string =>
      `${side}.${typeof content === 'string' ? 'dts' : 'dtb'}`;
    const [before, after] = [nameOf('a', from), nameOf('b', to)];
    write(before, typeof from === 'string' ? tree(from) : from);
    write(after, typeof to === 'string' ? tree(to) : to);
    const ran = await dtmap(['diff', before, after, '--format', 'json'], { cwd: folder });
    const { tree: found } = JSON.parse(ran.stdout) as { readonly tree: TreeChange[] };
    return {
      shown: found.map(({ change, node, property, from: old, below, before: was, after: is }) =>
        [
          change,
          property === undefined ? node : `${node} ${property}`,
          ...(old === undefined ? [] : [`from ${old}`]),
          ...(below === undefined ? [] : [String(below)]),
          ...[was, is].flatMap((value) => (value ? [value.value] : [])),
        ].join(' '),
      ),
      status: ran.status,
    };
  }

  async function blob(body: string, ...options: string[]): Promise<Uint8Array> {
    const { bytes } = await dtmap(['compile', '-', ...options], { stdin: tree(body) });
    return bytes;
  }

  const cases: readonly (readonly [name: string, from: string, to: string, expected: string[]])[] =
    [
      ['a value', 'a = "x";', 'a = "y";', ['changed / a "x" "y"']],
      ['a value that becomes empty', 'a = <1>;', 'a;', ['changed / a <0x01> ']],
      [
        'a property that comes, and one that goes',
        'a; b;',
        'b; c = [00 ff];',
        ['removed / a ', 'added / c [00 ff]'],
      ],
      [
        'the outermost of nodes that come and go',
        'n { a { b { }; }; };',
        'n { c { }; };',
        ['removed /n/a 1', 'added /n/c 0'],
      ],
      [
        'a node at another address, with what is in it',
        'soc { uart@1000 { reg = <0x1000>; on; }; };',
        'soc { uart@2000 { reg = <0x2000>; on; }; };',
        [
          'renamed /soc/uart@2000 from /soc/uart@1000',
          'changed /soc/uart@2000 reg <0x1000> <0x2000>',
        ],
      ],
      [
        'nodes of which it is not known which became which',
        'uart@1 { }; uart@2 { };',
        'uart@3 { };',
        ['removed /uart@1 0', 'removed /uart@2 0', 'added /uart@3 0'],
      ],
      [
        'a reference to another node',
        'a: x { }; b: y { }; user { to = <&a>; };',
        'a: x { }; b: y { }; user { to = <&b>; };',
        ['changed /user to <&a> <&b>'],
      ],
      [
        'a reference by the same label to another node',
        'a: x { }; y { }; user { to = <&a>; };',
        'x { }; a: y { }; user { to = <&a>; };',
        ['changed /user to <&a> (/x) <&a> (/y)'],
      ],
      [
        'a reference that was a number',
        'a: x { phandle = <7>; }; user { to = <7>; };',
        'a: x { phandle = <8>; }; user { to = <7>; };',
        [],
      ],
      [
        'no number that dtc gives, whatever nodes came before',
        'a: x { }; user { to = <&a 5>; };',
        'b: w { }; a: x { }; other { to = <&b>; }; user { to = <&a 5>; };',
        ['added /w 0', 'added /other 0'],
      ],
      [
        'no reference to a node that got another address',
        'a: x@1 { }; user { to = <&a>; };',
        'a: x@2 { }; user { to = <&a>; };',
        ['renamed /x@2 from /x@1'],
      ],
      ['no label and no order', 'a: x { }; y { };', 'y { }; b: x { };', []],
      [
        'no number that happens to be one of the same node',
        'a: x { }; user { to = <&a>; n = <1>; };',
        'b: w { }; a: x { }; user { to = <&b>; n = <2>; };',
        ['changed /user to <&a> <&b>', 'changed /user n <0x01> <0x02>', 'added /w 0'],
      ],
    ];
  for (const [name, from, to, expected] of cases)
    it(`names ${name}`, async () => {
      const { shown, status } = await changes(from, to);
      assert.deepEqual(shown.toSorted(), expected.toSorted());
      assert.equal(status, expected.length > 0 ? 1 : 0);
    });

  const referring = 'a: x { }; user { clocks = <&a>; n = <1>; };';

  it('finds a source and its blob to be the same tree, with symbols and without', async () => {
    for (const options of [[], ['--symbols']]) {
      const compiled = await blob(referring, ...options);
      assert.deepEqual((await changes(referring, compiled)).shown, []);
      assert.deepEqual((await changes(compiled, referring)).shown, []);
    }
  });

  it('follows the phandles of blobs where the binding says that there is one', async () => {
    const from = await blob(referring);
    const to = await blob(`b: w { }; o { o = <&b>; }; ${referring.replace('n = <1>', 'n = <2>')}`);
    assert.deepEqual((await changes(from, to)).shown.toSorted(), [
      'added /o 0',
      'added /w 0',
      'changed /user n <0x01> <0x02>',
    ]);
  });

  it('says in text what, from what to what, and where', async () => {
    write('a.dts', tree('x { a = "1"; };'));
    write('b.dts', tree(`x { a = "2"; b; long = "${'l'.repeat(500)}"; };\n\ty { };`));
    const { stdout, status } = await dtmap(['diff', 'a.dts', 'b.dts'], { cwd: folder });
    assert.equal(status, 1);
    const [map, value, empty, long, node] = stdout.split('\n');
    assert.equal(map, 'No change in the memory map.');
    assert.equal(value, 'changed: property a of /x: "1" (a.dts:5:6) -> "2" (b.dts:5:6)');
    assert.equal(empty, 'added: property b of /x: empty (b.dts:5:15)');
    assert.match(long ?? '', /^added: property long of \/x: "l{200,}… \(502 characters\) \(b\.dts/);
    assert.equal(node, 'added: node /y: b.dts:6:2');
    const same = await dtmap(['diff', 'a.dts', 'a.dts'], { cwd: folder });
    assert.deepEqual(
      [same.stdout, same.status],
      ['No change in the memory map or in the tree.\n', 0],
    );
  });
});
