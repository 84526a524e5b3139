// Include paths inferred from the layout of work trees, and read from kbuild's records.

import assert from 'node:assert/strict';
import {
  buildCommandCandidates,
  parseBuildCommand,
} from '../server/src/preprocess/build-record.ts';
import { findIncludes } from '../server/src/preprocess/find-includes.ts';
import type { TreeFacts } from '../server/src/preprocess/look.ts';
import { folderOf, joinPath } from '../server/src/text/join-path.ts';
import type { FileId } from '../server/src/text/span.ts';

/** Facts about a disk that has exactly these folders, and those above them. */
function disk(...folders: readonly string[]): TreeFacts {
  const all = new Set<string>();
  for (const folder of folders) {
    for (let each = folder; each !== folderOf(each) && !all.has(each); each = folderOf(each)) {
      all.add(each);
    }
  }
  return {
    exists: (id) => all.has(id),
    namesIn: (id) =>
      [...all]
        .filter((each) => folderOf(each) === id)
        .map((each) => `${each.slice(id.length + 1)}/`),
    textOf: () => undefined,
  };
}

/** What is found, without the reasons. */
function infer(
  root: FileId,
  facts: TreeFacts,
): { readonly tree: string; readonly top: FileId; readonly includePaths: readonly FileId[] } {
  const { tree, top, folders } = findIncludes(root, facts);
  return { tree, top, includePaths: [...folders.keys()] };
}

const linux = [
  '/k/linux/scripts/dtc/include-prefixes',
  '/k/linux/include/dt-bindings',
  '/k/linux/arch/arm64/boot/dts/qcom',
];

describe('include paths', () => {
  it('of a board in a Linux tree', () => {
    const found = infer('/k/linux/arch/arm64/boot/dts/qcom/a.dts', disk(...linux));
    assert.deepEqual(found, {
      tree: 'linux',
      top: '/k/linux',
      includePaths: [
        '/k/linux/scripts/dtc/include-prefixes',
        '/k/linux/include',
        '/k/linux/arch/arm64/boot/dts',
        '/k/linux/arch/arm64/boot/dts/qcom',
      ],
    });
  });

  it('of the same tree under a URI', () => {
    const facts = disk(...linux.map((folder) => `file://${folder}`));
    const found = infer('file:///k/linux/arch/arm64/boot/dts/qcom/a.dts', facts);
    assert.equal(found.top, 'file:///k/linux');
    assert.equal(found.includePaths[1], 'file:///k/linux/include');
  });

  it('of a board in a U-Boot tree, own and upstream', () => {
    const facts = disk(
      '/u/include/dt-bindings',
      '/u/arch/arm/dts',
      '/u/dts/upstream/include/dt-bindings',
      '/u/dts/upstream/src/arm64/rockchip',
    );
    const above = ['/u/include', '/u/dts/upstream/include'];
    const below = ['/u/dts/upstream/src', '/u/dts/upstream/src/arm64/rockchip'];
    const own = infer('/u/arch/arm/dts/a.dts', facts);
    assert.deepEqual(
      [own.tree, own.top, own.includePaths],
      ['u-boot', '/u', [...above, '/u/arch/arm/dts', ...below]],
    );
    const upstream = infer('/u/dts/upstream/src/arm64/rockchip/a.dts', facts);
    assert.deepEqual(
      [upstream.tree, upstream.top, upstream.includePaths],
      ['u-boot', '/u', [...above, below[1], '/u/arch/arm/dts', below[0]]],
    );
  });

  it('of a board and of an application in a Zephyr workspace', () => {
    const facts = disk(
      ...['/z/zephyr/dts/common', '/z/zephyr/dts/arm', '/z/zephyr/include/zephyr'],
      ...['/z/zephyr/boards/nxp/x', '/z/modules/hal/nxp/dts', '/z/app'],
    );
    const expected = [
      '/z/zephyr/include',
      '/z/zephyr/include/zephyr',
      '/z/zephyr/dts/common',
      '/z/zephyr/dts/arm',
      '/z/zephyr/dts',
      '/z/modules/hal/nxp/dts',
    ];
    const board = infer('/z/zephyr/boards/nxp/x/x.dts', facts);
    assert.deepEqual(board.includePaths, [...expected, '/z/zephyr/boards/nxp/x']);
    const application = infer('/z/app/app.overlay', facts);
    assert.deepEqual(
      [application.tree, application.top, application.includePaths],
      ['zephyr', '/z/zephyr', [...expected, '/z/app']],
    );
  });

  it('of devicetree-rebasing, of a Yocto recipe, of a folder beside a kernel, and of nothing', () => {
    const rebasing = infer(
      '/d/src/arm64/qcom/a.dts',
      disk('/d/include/dt-bindings', '/d/src/arm64/qcom'),
    );
    assert.deepEqual(rebasing.includePaths, [
      ...['/d/include', '/d/src/arm64', '/d/src', '/d/src/arm64/qcom'],
    ]);
    const source = '/y/build/tmp/work-shared/board/kernel-source';
    const recipe = infer(
      '/y/meta/recipes/files/a.dts',
      disk(
        ...['/y/meta/recipes/files', '/y/meta/conf/layer.conf'],
        ...[`${source}/include/dt-bindings`, `${source}/arch/arm/boot/dts`],
      ),
    );
    assert.deepEqual(
      [recipe.tree, recipe.includePaths],
      ['yocto', [`${source}/include`, `${source}/arch/arm/boot/dts`, '/y/meta/recipes/files']],
    );
    const beside = infer('/w/boards/a.dts', disk('/w/boards', '/w/linux-6.12/include/dt-bindings'));
    assert.deepEqual(
      [beside.tree, beside.includePaths],
      ['none', ['/w/linux-6.12/include', '/w/boards']],
    );
    const alone = infer('/p/b/a.dts', disk('/p/b', '/p/include'));
    assert.deepEqual([alone.tree, alone.includePaths], ['none', ['/p/include', '/p/b']]);
  });
});

describe('recorded build commands', () => {
  it('of an in-tree kernel build', () => {
    const id = '/k/arch/arm64/boot/dts/qcom/.a.dtb.cmd';
    const text = [
      'savedcmd_arch/arm64/boot/dts/qcom/a.dtb := gcc -E -Wp,-MMD,arch/.a.dtb.d.pre.tmp -nostdinc ' +
        '-I./scripts/dtc/include-prefixes -I include -undef -D__DTS__ -DX -D "Y=a b" -DZ=\'"q"\' ' +
        '-x assembler-with-cpp -o arch/.a.dtb.dts.tmp arch/arm64/boot/dts/qcom/a.dts ; ' +
        './scripts/dtc/dtc -o a.dtb -b 0 -iarch/arm64/boot/dts/qcom/ -i./scripts/dtc/include-prefixes',
      '',
      'source_arch/arm64/boot/dts/qcom/a.dtb := arch/arm64/boot/dts/qcom/a.dts',
    ].join('\n');
    assert.ok(buildCommandCandidates('/k/arch/arm64/boot/dts/qcom/a.dts').includes(id));
    const found = parseBuildCommand(id, text);
    assert.deepEqual(found?.includePaths, [
      '/k/scripts/dtc/include-prefixes',
      '/k/include',
      '/k/arch/arm64/boot/dts/qcom',
    ]);
    assert.deepEqual(
      [...(found?.defines ?? [])],
      [
        ['X', '1'],
        ['Y', 'a b'],
        ['Z', '"q"'],
      ],
    );
  });

  it('of a build outside the tree', () => {
    const id = '/k/out/arch/arm/boot/dts/.a.dtb.cmd';
    const text =
      'cmd_arch/arm/boot/dts/a.dtb := gcc -E -I../scripts/dtc/include-prefixes -include ../x.h a.dts';
    assert.ok(buildCommandCandidates('/k/arch/arm/boot/dts/a.dts').includes(id));
    const found = parseBuildCommand(id, text);
    assert.deepEqual(found?.includePaths, ['/k/scripts/dtc/include-prefixes']);
    assert.deepEqual(found?.includeFirst, ['/k/x.h']);
  });

  it('nothing in other files', () => {
    assert.equal(parseBuildCommand('/k/.x.cmd', 'deps := a b c'), undefined);
    assert.equal(parseBuildCommand('/k/.x.cmd', 'cmd_x := touch x'), undefined);
  });
});

describe('paths', () => {
  const joined: readonly (readonly [string, string, string])[] = [
    ['/a/b', 'c.h', '/a/b/c.h'],
    ['/a/b', '../c.h', '/a/c.h'],
    ['/a/b', './/x/../c.h', '/a/b/c.h'],
    ['/a', '../../../c', '/c'],
    ['/a/b', '/c/d', '/c/d'],
    ['file:///a/b', '../c', 'file:///a/c'],
    ['vscode-vfs://github/o/r', '../../../c', 'vscode-vfs://github/c'],
    ['c:/a', '../b', 'c:/b'],
    ['c:/a', '/b', 'c:/b'],
    ['c:/a', 'D:/x/../b', 'd:/b'],
    ['/a', 'x/.hidden/..y', '/a/x/.hidden/..y'],
    ['a', '../../b', '../b'],
  ];
  for (const [folder, path, expected] of joined) {
    it(`${path} from ${folder}`, () => {
      assert.equal(joinPath(folder, path), expected);
    });
  }
});
