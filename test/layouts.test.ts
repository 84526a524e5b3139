// Each layout of a work tree, through the command line, the server over stdio and a server whose files are the client's.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import {
  createConnection,
  createProtocolConnection,
  type DocumentLink,
  type Diagnostic,
  type Location,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { clientFiles } from '../server/src/lsp/client-files.ts';
import { serve } from '../server/src/lsp/server.ts';
import { LspSession } from './support/lsp-session.ts';
import { poll } from './support/poll.ts';
import { dtmap } from './support/run-dtmap.ts';
import { writeFiles } from './support/write-files.ts';

interface Layout {
  /** Files that are there, empty but for those with a text. What boards find is there by itself. */
  readonly files: readonly (string | readonly [name: string, text: string])[];
  /** What each board includes, and the file that is. */
  readonly boards: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Files that are read behind a board though it does not name them, by board. */
  readonly last?: Readonly<Record<string, string>>;
  /** Requests to a browser's client that opening the boards may take: each is a wait. */
  readonly mostAsked?: number;
}

const CMD = (target: string, options: string): readonly [string, string] => {
  const slash = target.lastIndexOf('/');
  return [
    `${target.slice(0, slash)}/.${target.slice(slash + 1)}.cmd`,
    `savedcmd_${target} := gcc -E ${options} -o x y\n`,
  ];
};

const layouts: Readonly<Record<string, Layout>> = {
  Linux: {
    files: ['scripts/dtc/include-prefixes/arm/x', 'Makefile', 'include/dt-bindings/gpio.h'],
    boards: {
      'arch/arm64/boot/dts/vnd/board.dts': {
        '<dt-bindings/gpio.h>': 'include/dt-bindings/gpio.h',
        '<arm/shared.dtsi>': 'scripts/dtc/include-prefixes/arm/shared.dtsi',
        '"soc.dtsi"': 'arch/arm64/boot/dts/vnd/soc.dtsi',
      },
    },
    mostAsked: 36,
  },
  'Linux 3.x': {
    files: ['Makefile', 'arch/arm/boot/dts/x.dtsi'],
    boards: {
      'arch/arm/boot/dts/board.dts': {
        '<dt-bindings/gpio.h>': 'arch/arm/boot/dts/include/dt-bindings/gpio.h',
        '<dt-bindings/own.h>': 'include/dt-bindings/own.h',
      },
    },
  },
  'a vendor folder beside its kernel': {
    files: ['kernel/Makefile', 'kernel/arch/arm64/Kconfig'],
    boards: {
      'vendor/boards/x/board.dts': {
        '<dt-bindings/gpio.h>': 'kernel/include/dt-bindings/gpio.h',
        '"soc.dtsi"': 'kernel/arch/arm64/boot/dts/vnd/soc.dtsi',
        '"pins.h"': 'kernel/arch/arm/boot/dts/vnd/family/pins.h',
        '<own.h>': 'vendor/include/own.h',
      },
    },
  },
  'a kernel that was built': {
    files: [
      ...['scripts/dtc/include-prefixes/x', 'Makefile', 'include/dt-bindings/a.h'],
      CMD('arch/arm64/boot/dts/vnd/board.dtb', '-nostdinc -I ./special -I include'),
    ],
    boards: {
      'arch/arm64/boot/dts/vnd/board.dts': {
        '<dt-bindings/a.h>': 'special/dt-bindings/a.h',
        '<dt-bindings/b.h>': 'include/dt-bindings/b.h',
      },
    },
  },
  'a kernel that was built elsewhere': {
    files: [
      ...['scripts/dtc/include-prefixes/x', 'Makefile'],
      [
        'build/arch/arm/boot/dts/vnd/.board.dtb.cmd',
        'cmd_arch/arm/boot/dts/vnd/board.dtb := gcc -E -I../special -o x y\n',
      ],
    ],
    boards: {
      'arch/arm/boot/dts/vnd/board.dts': { '<dt-bindings/a.h>': 'special/dt-bindings/a.h' },
    },
  },
  'a Zephyr that was built': {
    files: [
      ...['app/prj.conf', 'zephyr/Kconfig.zephyr', 'zephyr/dts/arc/vnd/soc.dtsi'],
      [
        'zephyr/build/build_info.yml',
        'cmake:\n  board:\n    name: brd\n  devicetree:\n    bindings-dirs:\n     - /x\n' +
          '    files:\n     - ../boards/vnd/brd/brd.dts\n    include-dirs:\n     - ../../app/dts\n' +
          '     - ../dts/xtensa\n  kconfig:\n    files:\n     - ../prj.conf\n',
      ],
    ],
    boards: {
      'zephyr/boards/vnd/brd/brd.dts': {
        '<vnd/soc.dtsi>': 'zephyr/dts/xtensa/vnd/soc.dtsi',
        '<own.dtsi>': 'app/dts/own.dtsi',
      },
    },
  },
  'a Zephyr that was built before it said how': {
    files: [
      ...['zephyr/Kconfig.zephyr', 'zephyr/dts/arc/vnd/soc.dtsi'],
      [
        'zephyr/build/zephyr/zephyr.dts.d',
        'zephyr.dts.pre: \\\n ../../boards/vnd/brd/brd.dts \\\n ../../dts/xtensa/vnd/soc.dtsi\n',
      ],
    ],
    boards: {
      'zephyr/boards/vnd/brd/brd.dts': { '<vnd/soc.dtsi>': 'zephyr/dts/xtensa/vnd/soc.dtsi' },
    },
  },
  'a project whose compiler calls are recorded': {
    files: [
      'include/both.h',
      [
        'build/compile_commands.json',
        '[{"directory": "..", "file": "x.c", "command": "cc -Iwrong x.c"}, {"directory": "..", ' +
          '"file": "boards/board.dts", "command": "cpp -Igen boards/board.dts"}]',
      ],
    ],
    boards: { 'boards/board.dts': { '<both.h>': 'gen/both.h' } },
  },
  'devicetree-rebasing': {
    files: ['src/arm64/x.dtsi'],
    boards: {
      'src/arm64/vnd/board.dts': {
        '<arm/shared.dtsi>': 'src/arm/shared.dtsi',
        '<dt-bindings/a.h>': 'include/dt-bindings/a.h',
        '<vnd/soc.dtsi>': 'src/arm64/vnd/soc.dtsi',
      },
    },
  },
  'U-Boot': {
    files: [
      ...['include/u-boot/crc.h', 'include/dt-bindings/both.h'],
      ...['dts/upstream/include/dt-bindings/both.h', 'dts/upstream/src/arm64/nxp/twice.h'],
    ],
    boards: {
      'arch/arm/dts/board.dts': {
        '<dt-bindings/both.h>': 'include/dt-bindings/both.h',
        '<dt-bindings/a.h>': 'dts/upstream/include/dt-bindings/a.h',
        '"pinfunc.h"': 'dts/upstream/src/arm/nxp/imx/pinfunc.h',
        '"twice.h"': 'dts/upstream/src/arm/vnd/twice.h',
        '"rk.dtsi"': 'dts/upstream/src/arm64/rockchip/rk.dtsi',
        '<arm64/nxp/imx8.dtsi>': 'dts/upstream/src/arm64/nxp/imx8.dtsi',
      },
      'dts/upstream/src/arm64/rockchip/up.dts': {
        '"rk.dtsi"': 'dts/upstream/src/arm64/rockchip/rk.dtsi',
        '"local.dtsi"': 'arch/arm/dts/local.dtsi',
      },
      'arch/riscv/dts/other.dts': { '"local.dtsi"': 'arch/riscv/dts/local.dtsi' },
    },
    last: {
      'arch/arm/dts/board.dts': 'arch/arm/dts/board-u-boot.dtsi',
      'dts/upstream/src/arm64/rockchip/up.dts': 'arch/arm/dts/up-u-boot.dtsi',
    },
    mostAsked: 90,
  },
  'U-Boot before dts/upstream': {
    files: ['include/u-boot/crc.h'],
    boards: {
      'arch/arm/dts/board.dts': {
        '<dt-bindings/a.h>': 'arch/arm/dts/include/dt-bindings/a.h',
        '<dt-bindings/b.h>': 'include/dt-bindings/b.h',
      },
    },
  },
  'U-Boot that is configured': {
    files: [
      'include/u-boot/crc.h',
      ['.config', 'CONFIG_SYS_VENDOR="vnd"\nCONFIG_SYS_SOC="soc9"\n'],
      ...['arch/arm/dts/vnd-u-boot.dtsi', 'arch/arm/dts/u-boot.dtsi'],
    ],
    boards: { 'arch/arm/dts/board.dts': {}, 'arch/arm/dts/other.dts': {} },
    last: {
      'arch/arm/dts/board.dts': 'arch/arm/dts/board-u-boot.dtsi',
      'arch/arm/dts/other.dts': 'arch/arm/dts/soc9-u-boot.dtsi',
    },
  },
  'U-Boot with one file for all': {
    files: ['include/u-boot/crc.h'],
    boards: { 'arch/powerpc/dts/board.dts': {} },
    last: { 'arch/powerpc/dts/board.dts': 'arch/powerpc/dts/u-boot.dtsi' },
  },
  barebox: {
    files: ['include/dt-bindings/own.h', 'dts/include/dt-bindings/own.h'],
    boards: {
      'arch/arm/dts/board.dts': {
        '<arm/vnd/soc.dtsi>': 'dts/src/arm/vnd/soc.dtsi',
        '<arm64/vnd/soc.dtsi>': 'dts/src/arm64/vnd/soc.dtsi',
        '<dt-bindings/own.h>': 'include/dt-bindings/own.h',
        '<dt-bindings/gpio/g.h>': 'dts/include/dt-bindings/gpio/g.h',
      },
      'dts/src/arm64/vnd/up.dts': { '<dt-bindings/gpio/g.h>': 'dts/include/dt-bindings/gpio/g.h' },
    },
  },
  'Zephyr of today': {
    files: [
      ...['zephyr/Kconfig.zephyr', 'zephyr/dts/arm64/vnd/soc.dtsi', 'zephyr/dts/common/x'],
      ['zephyr/boards/vnd/brd/brd.yaml', 'identifier: brd\narch: arm\n'],
      ['zephyr/boards/vnd/rv/rv.yaml', 'identifier: rv\narch: riscv32\n'],
    ],
    boards: {
      'zephyr/boards/vnd/brd/brd.dts': {
        '<vnd/soc.dtsi>': 'zephyr/dts/arm/vnd/soc.dtsi',
        '<mem.h>': 'zephyr/dts/common/mem.h',
        '<vnd/part.dtsi>': 'zephyr/dts/vendor/vnd/part.dtsi',
        '<zephyr/dt-bindings/gpio.h>': 'zephyr/include/zephyr/dt-bindings/gpio.h',
        '<dt-bindings/old.h>': 'zephyr/include/zephyr/dt-bindings/old.h',
        '<vnd/chip-pinctrl.dtsi>': 'modules/hal/vnd/dts/vnd/chip-pinctrl.dtsi',
      },
      'zephyr/boards/vnd/rv/rv.dts': {
        '<vnd/rv.dtsi>': 'zephyr/dts/riscv/vnd/rv.dtsi',
        '"parts.dtsi"': 'zephyr/boards/vnd/rv/dts/parts.dtsi',
      },
    },
  },
  'Zephyr 2.7': {
    files: ['arch/arm64/Kconfig', 'boards/x', 'dts/arm/vnd/soc.dtsi', 'dts/common/x'],
    boards: {
      'boards/arm64/brd/brd.dts': {
        '<mem.h>': 'dts/common/mem.h',
        '<vnd/soc.dtsi>': 'dts/arm64/vnd/soc.dtsi',
        '<dt-bindings/gpio/gpio.h>': 'include/dt-bindings/gpio/gpio.h',
      },
    },
  },
  "Zephyr's board and application outside of it": {
    files: [
      ...['zephyr/boards/x', 'zephyr/include/zephyr/x', 'mod/zephyr/module.yml', 'app/prj.conf'],
      'zephyr/dts/arm/vnd/both.dtsi',
    ],
    boards: {
      'mod/boards/arm/brd/brd.dts': {
        '<vnd/soc.dtsi>': 'zephyr/dts/arm/vnd/soc.dtsi',
        '<vnd/both.dtsi>': 'mod/dts/arm/vnd/both.dtsi',
        '<own/bindings.h>': 'mod/include/own/bindings.h',
      },
      'app/boards/shared.dts': { '<vnd/soc.dtsi>': 'zephyr/dts/arm/vnd/soc.dtsi' },
    },
  },
  'what a module of Zephyr calls its devicetree root': {
    files: [
      ...['.west/config', 'zephyr/boards/x', 'zephyr/include/zephyr/x'],
      'zephyr/dts/arm/vnd/soc.dtsi',
      ['mod/zephyr/module.yml', 'name: mod\nbuild:\n  settings:\n    dts_root: "tree"\n'],
      ['modules/lib/other/zephyr/module.yml', 'build:\n  settings:\n    dts_root: . # here\n'],
      ['beside/zephyr/module.yml', 'build:\n  settings:\n    dts_root: d\n'],
      ['modules/plain/zephyr/module.yml', 'build:\n  cmake: .\n'],
      'modules/plain/dts/arm/vnd/other.dtsi',
    ],
    boards: {
      'mod/boards/arm/brd/brd.dts': {
        '<vnd/own.dtsi>': 'mod/tree/dts/arm/vnd/own.dtsi',
        '<vnd/soc.dtsi>': 'zephyr/dts/arm/vnd/soc.dtsi',
        '<vnd/other.dtsi>': 'modules/lib/other/dts/arm/vnd/other.dtsi',
      },
      'zephyr/boards/arm/brd/brd2.dts': {
        '<vnd/beside.dtsi>': 'beside/d/dts/arm/vnd/beside.dtsi',
        '<vnd/other.dtsi>': 'modules/lib/other/dts/arm/vnd/other.dtsi',
      },
    },
  },
  'a project beside a folder named zephyr': {
    files: ['zephyr/dts/common/mem.h', 'zephyr/boards/x', 'zephyr/include/dt-bindings/x/x.h'],
    boards: { 'proj/board.dts': { '<dt-bindings/x/x.h>': 'proj/include/dt-bindings/x/x.h' } },
  },
  'TF-A': {
    files: [
      ...['linux/include/dt-bindings/b.h', 'linux/arch/arm/Kconfig', 'fw/plat/vnd/one/include/x.h'],
      ...['fw/plat/vnd/on/platform.mk', 'fw/plat/other/one-2/include/platform_def.h'],
      [
        'fw/plat/vnd/one/platform.mk',
        'ONE_BASE\t:=\tplat/vnd/one\ninclude plat/vnd/common/vnd.mk\n' +
          'PLAT_INCLUDES := -I${ONE_BASE}/headers \\\n\t-Iinclude/special\n',
      ],
      [
        'fw/plat/vnd/common/vnd.mk',
        'VND_BASE = plat/vnd/common\nPLAT_INCLUDES += -I${VND_BASE}/include/gen2/\n',
      ],
    ],
    boards: {
      'fw/fdts/board.dts': {
        '<dt-bindings/b.h>': 'fw/include/dt-bindings/b.h',
        '<common/tbbr.h>': 'fw/include/common/tbbr.h',
      },
      'fw/fdts/one-2a-fw-config.dts': {
        '<platform_def.h>': 'fw/plat/vnd/one/include/platform_def.h',
        '<gen2.h>': 'fw/plat/vnd/common/include/gen2/gen2.h',
      },
      'fw/plat/vnd/one/fdts/fw_config.dts': {
        '<common/tbbr.h>': 'fw/include/common/tbbr.h',
        '<platform_def.h>': 'fw/plat/vnd/one/include/platform_def.h',
        '<oid.h>': 'fw/plat/vnd/one/headers/oid.h',
        '<gen2.h>': 'fw/plat/vnd/common/include/gen2/gen2.h',
        '<stdbool.h>': 'fw/include/lib/libc/stdbool.h',
        '<arm_def.h>': 'fw/include/special/arm_def.h',
        '"cot.dtsi"': 'fw/fdts/cot.dtsi',
      },
    },
  },
  'OP-TEE': {
    files: ['linux/include/dt-bindings/b.h'],
    boards: {
      'os/core/arch/arm/dts/board.dts': {
        '<dt-bindings/b.h>': 'os/core/include/dt-bindings/b.h',
        '"soc.dtsi"': 'os/core/arch/arm/dts/soc.dtsi',
      },
    },
  },
  OpenWrt: {
    files: [
      ...['rules.mk', 'build_dir/target-a_musl/linux-bar/linux-6.12/include/dt-bindings/g.h'],
      'build_dir/target-a_musl/linux-foo/linux-6.12/include/dt-bindings/c.h',
    ],
    boards: {
      'target/linux/foo/files/arch/arm64/boot/dts/vnd/board.dts': {
        '<dt-bindings/g.h>': 'build_dir/target-a_musl/linux-foo/linux-6.12/include/dt-bindings/g.h',
        '<dt-bindings/c.h>': 'target/linux/foo/files/include/dt-bindings/c.h',
        '"soc.dtsi"':
          'build_dir/target-a_musl/linux-foo/linux-6.12/arch/arm64/boot/dts/vnd/soc.dtsi',
      },
      'target/linux/foo/dts/local.dts': {
        '<dt-bindings/c.h>': 'target/linux/foo/files/include/dt-bindings/c.h',
        '<dt-bindings/d.h>': 'target/linux/generic/files-6.12/include/dt-bindings/d.h',
        '"soc.dtsi"':
          'build_dir/target-a_musl/linux-foo/linux-6.12/arch/arm64/boot/dts/vnd/soc.dtsi',
      },
    },
  },
  'OpenWrt beside a kernel': {
    files: ['linux/arch/mips/Kconfig'],
    boards: {
      'openwrt/target/linux/foo/dts/board.dts': {
        '<dt-bindings/g.h>': 'linux/include/dt-bindings/g.h',
      },
    },
  },
  'a layer of Yocto, built': {
    files: ['meta-x/conf/layer.conf'],
    boards: {
      'meta-x/recipes-kernel/linux/files/board.dts': {
        '"base.dtsi"': 'build/tmp/work-shared/mach/kernel-source/arch/arm64/boot/dts/vnd/base.dtsi',
        '<dt-bindings/x.h>': 'build/tmp/work-shared/mach/kernel-source/include/dt-bindings/x.h',
      },
    },
  },
  "a layer of Yocto, with devtool's workspace": {
    files: [
      ...['meta-x/conf/layer.conf', 'build/workspace/sources/busybox/Makefile'],
      'build/tmp/work-shared/mach/kernel-source/include/dt-bindings/x.h',
    ],
    boards: {
      'meta-x/recipes-kernel/linux/files/board.dts': {
        '<dt-bindings/x.h>': 'build/workspace/sources/linux-vnd/include/dt-bindings/x.h',
      },
    },
  },
  Armbian: {
    files: [
      ...['config/sources/x.conf', 'patch/kernel/archive/fam-6.6/x.patch'],
      'cache/sources/linux-kernel-worktree/6.12__other__arm64/include/dt-bindings/x.h',
      'cache/sources/linux-kernel-worktree/6.6__fam__arm64/include/dt-bindings/x.h',
    ],
    boards: {
      'patch/kernel/archive/fam-6.12/dt/board.dts': {
        '<dt-bindings/x.h>':
          'cache/sources/linux-kernel-worktree/6.12__fam__arm64/include/dt-bindings/x.h',
        '"soc.dtsi"':
          'cache/sources/linux-kernel-worktree/6.12__fam__arm64/arch/arm64/boot/dts/vnd/soc.dtsi',
      },
    },
  },
  "Radxa's sources of a kernel": {
    files: ['.src/linux/arch/arm64/Kconfig'],
    boards: {
      'overlays/board.dts': { '<dt-bindings/x.h>': '.src/linux/include/dt-bindings/x.h' },
    },
  },
  jailhouse: {
    files: ['jailhouse/hypervisor/x', 'jailhouse/inmates/x', 'kernel/arch/arm64/Kconfig'],
    boards: {
      'jailhouse/configs/arm64/dts/inmate.dts': {
        '<dt-bindings/gic.h>': 'kernel/include/dt-bindings/gic.h',
        '<jailhouse/x.h>': 'jailhouse/include/jailhouse/x.h',
      },
    },
  },
  seL4: {
    files: ['seL4/libsel4/x', 'seL4/src/plat/vnd/x', 'linux-6.12/arch/arm64/Kconfig'],
    boards: {
      'seL4/src/plat/vnd/overlay.dts': {
        '"board.dts"': 'seL4/tools/dts/board.dts',
        '<dt-bindings/gic.h>': 'linux-6.12/include/dt-bindings/gic.h',
      },
    },
  },
  'a project with a kernel beside it': {
    files: ['proj/include/dt-bindings/both.h', 'linux/include/dt-bindings/both.h'],
    boards: {
      'proj/boards/board.dts': {
        '<dt-bindings/both.h>': 'proj/include/dt-bindings/both.h',
        '<dt-bindings/x.h>': 'linux/include/dt-bindings/x.h',
      },
    },
  },
};

/** The files of a layout, those that boards find included. */
function filesOf({ files, boards, last = {} }: Layout): Record<string, string> {
  const all = new Map<string, string>();
  for (const file of files)
    if (typeof file === 'string') all.set(file, '');
    else all.set(...(file as [string, string]));
  for (const [board, finds] of Object.entries(boards)) {
    for (const file of Object.values(finds))
      all.set(file, `/ { read+${file.replaceAll('/', '+')}; };\n`);
    const lines = Object.keys(finds).map((each) => `#include ${each}\n`);
    all.set(board, `/dts-v1/;\n${lines.join('')}/ { end: end { }; };\n`);
    const added = last[board];
    if (added !== undefined) all.set(added, '&end { added; };\n');
  }
  return Object.fromEntries(all);
}

const uriOf = (file: string): string => pathToFileURL(file).href;

/** Where a board's label stands, and that its definition counts, as a request for references says it. */
function placeOfLabel(text: string): object {
  const lines = text.split('\n');
  const line = lines.findIndex((each) => each.includes('end:'));
  const character = (lines[line] ?? '').indexOf('end:');
  return { position: { line, character }, context: { includeDeclaration: true } };
}

const require = createRequire(import.meta.url);

/** The links of a document as a server gives them whose files are its client's. */
class Client {
  readonly #connection;
  readonly #found = new Map<string, Diagnostic[]>();
  /** Requests that reached the client, for what opening costs. */
  asked = 0;

  constructor(top: string, files: Readonly<Record<string, string>>) {
    const [toServer, toClient] = [new PassThrough(), new PassThrough()];
    const server = createConnection(
      new StreamMessageReader(toServer),
      new StreamMessageWriter(toClient),
    );
    serve(server, {
      files: clientFiles(server),
      wasm: () =>
        Promise.resolve({
          runtime: readFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm')),
          grammar: readFileSync(
            require.resolve('tree-sitter-devicetree/tree-sitter-devicetree.wasm'),
          ),
        }),
      rulePages: undefined,
      now: () => performance.now(),
      later: (task, milliseconds) => void setTimeout(task, milliseconds),
    });
    this.#connection = createProtocolConnection(
      new StreamMessageReader(toClient),
      new StreamMessageWriter(toServer),
    );
    const byUri = new Map(Object.entries(files).map(([name, text]) => [`${top}/${name}`, text]));
    this.#connection.onRequest('dtmap/readFile', ({ uri }: { uri: string }) => {
      this.asked += 1;
      const text = byUri.get(uri);
      return text === undefined ? null : btoa(text);
    });
    this.#connection.onRequest('dtmap/readDirectory', ({ uri }: { uri: string }) => {
      this.asked += 1;
      const names = [...byUri.keys()]
        .filter((file) => file.startsWith(`${uri}/`))
        .map((file) => file.slice(uri.length + 1).replace(/\/[^]*/, '/'));
      return names.length > 0 ? [...new Set(names)] : null;
    });
    this.#connection.onNotification(
      'textDocument/publishDiagnostics',
      ({ uri, diagnostics }: PublishDiagnosticsParams) => {
        this.#found.set(uri, diagnostics);
      },
    );
    this.#connection.listen();
  }

  async start(top: string): Promise<void> {
    await this.#connection.sendRequest('initialize', {
      processId: null,
      rootUri: top,
      workspaceFolders: [{ uri: top, name: 'work' }],
      capabilities: {},
    });
    await this.#connection.sendNotification('initialized', {});
  }

  async open(uri: string, text: string): Promise<void> {
    await this.#connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'devicetree', version: 1, text },
    });
  }

  async linksOf(uri: string, text: string): Promise<(string | undefined)[]> {
    await this.open(uri, text);
    const links = await this.#connection.sendRequest<DocumentLink[]>('textDocument/documentLink', {
      textDocument: { uri },
    });
    return links.map(({ target }) => target);
  }

  /** The documents that name the label of a board's node. */
  async namersOf(uri: string, text: string): Promise<string[]> {
    const found = await this.#connection.sendRequest<Location[]>('textDocument/references', {
      textDocument: { uri },
      ...placeOfLabel(text),
    });
    return found.map((each) => each.uri);
  }

  /** What is found in a document once it is read through a board. */
  async findingsOf(uri: string, text: string): Promise<Diagnostic[]> {
    await this.open(uri, text);
    return poll(`what is found in ${uri}`, () => {
      const found = this.#found.get(uri);
      return Promise.resolve(found && found.length > 0 ? found : undefined);
    });
  }

  stop(): void {
    this.#connection.dispose();
  }
}

describe('the includes of a board in the layout of', () => {
  let folder = '';
  let session: LspSession;
  before(async function () {
    // The bundles are built first.
    this.timeout(120_000);
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'dtmap-layouts-')));
    for (const [number, layout] of Object.values(layouts).entries())
      writeFiles(path.join(folder, String(number), 'work'), filesOf(layout));
    session = await LspSession.start({ folder });
  });
  after(async () => {
    await session.stop();
    rmSync(folder, { recursive: true });
  });

  for (const [number, [name, layout]] of Object.entries(layouts).entries()) {
    const { boards, last = {} } = layout;
    const files = filesOf(layout);

    it(`${name}: by the command line`, async () => {
      const cwd = path.join(folder, String(number), 'work');
      for (const [board, finds] of Object.entries(boards)) {
        const { stdout, stderr } = await dtmap(['compile', board, '--format', 'dts'], { cwd });
        const read = [...stdout.matchAll(/\bread\+([^;]+);/g)].map(([, name = '']) =>
          name.replaceAll('+', '/'),
        );
        assert.deepEqual(read, Object.values(finds), stderr);
        assert.equal(/\badded;/.test(stdout), last[board] !== undefined, stderr);
      }
    });

    it(`${name}: by the server`, async () => {
      const cwd = path.join(folder, String(number), 'work');
      for (const [board, finds] of Object.entries(boards)) {
        const file = path.join(cwd, board);
        await session.open(file);
        const links = await session.at<DocumentLink[]>('textDocument/documentLink', file);
        assert.deepEqual(
          links.map(({ target }) => target),
          Object.values(finds).map((each) => uriOf(path.join(cwd, each))),
        );
        const named = last[board];
        const params = placeOfLabel(files[board] ?? '');
        const namers = await session.at<Location[]>('textDocument/references', file, params);
        assert.deepEqual(
          namers.map(({ uri }) => uri).filter((uri) => uri !== uriOf(file)),
          named === undefined ? [] : [uriOf(path.join(cwd, named))],
        );
        await session.close(file);
      }
    });

    it(`${name}: in a browser`, async () => {
      const top = 'memfs://host/deep/work';
      const client = new Client(top, files);
      await client.start(top);
      for (const [board, finds] of Object.entries(boards)) {
        const uri = `${top}/${board}`;
        const text = files[board] ?? '';
        assert.deepEqual(
          await client.linksOf(uri, text),
          Object.values(finds).map((file) => `${top}/${file}`),
        );
        const named = last[board];
        assert.deepEqual(
          (await client.namersOf(uri, text)).filter((each) => each !== uri),
          named === undefined ? [] : [`${top}/${named}`],
        );
      }
      if (layout.mostAsked !== undefined)
        assert.ok(client.asked <= layout.mostAsked, `${client.asked}`);
      client.stop();
    });
  }

  it('a file of U-Boot for a board in dts/upstream is read through it', async () => {
    const number = Object.keys(layouts).indexOf('U-Boot');
    const cwd = path.join(folder, String(number), 'work');
    const file = path.join(cwd, 'arch/arm/dts/up-u-boot.dtsi');
    const board = path.join(cwd, 'dts/upstream/src/arm64/rockchip/up.dts');
    await session.open(file);
    const { boards } = await session.request('dtmap/boards', { uri: uriOf(file) });
    assert.ok(boards.some(({ uri }) => uri === uriOf(board)));
    await session.close(file);
  });

  it('that U-Boot may append what its configuration names is said once, and not of what is configured', async () => {
    const cwd = path.join(folder, 'unconfigured');
    const boards = ['a', 'b', 'own'].map((name) => `arch/arm/dts/${name}.dts`);
    writeFiles(cwd, {
      'include/u-boot/crc.h': '',
      'arch/arm/dts/own-u-boot.dtsi': '',
      'arch/arm/dts/soc-u-boot.dtsi': '',
      ...Object.fromEntries(boards.map((board) => [board, '/dts-v1/;\n/ { };\n'])),
    });
    const told = async (...argv: string[]): Promise<number> =>
      (await dtmap(argv, { cwd })).stderr.split('U-Boot may append').length - 1;
    assert.equal(await told('check', ...boards), 1);
    assert.equal(await told('check', 'arch/arm/dts/own.dts'), 0);
    assert.equal(await told('compile', 'arch/arm/dts/a.dts', '--format', 'dts'), 1);
    assert.equal(await told('map', 'arch/arm/dts/a.dts'), 1);
    writeFiles(cwd, { '.config': 'CONFIG_SYS_SOC="soc"\n' });
    assert.equal(await told('check', ...boards), 0);
  });

  describe('a board that only its own project reads', () => {
    const collides =
      '/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>;\n' +
      'memory@0 { device_type = "memory"; reg = <0x0 0x40000000>; };\n' +
      'reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;\n' +
      'a@1000000 { reg = <0x1000000 0x200000>; no-map; };\n' +
      'b@1100000 { reg = <0x1100000 0x200000>; no-map; }; }; };\n';
    const trees: readonly (readonly [string, readonly string[], boolean])[] = [
      ['core/arch/arm/dts/vnd/board.dts', ['core/include/dt-bindings/x.h'], false],
      ['core/arch/arm/plat-vnd/board.dts', ['core/include/x.h'], true],
      ['boards/vnd/brd/brd.dts', ['Kconfig.zephyr', 'dts/arm/x.dtsi'], false],
      ['zephyr/boards/vnd/brd/brd.dts', ['.west/x', 'zephyr/Kconfig.zephyr'], false],
      ['app/linux.dts', ['.west/x', 'zephyr/Kconfig.zephyr', 'app/prj.conf'], true],
      ['arch/arm/boot/dts/board.dts', ['Makefile', 'include/dt-bindings/x.h'], true],
    ];
    for (const [number, [board, files, isJudged]] of trees.entries())
      it(`${board}: ${isJudged ? 'judged' : 'its regions are not judged'}`, async () => {
        const name = `readers/${number}`;
        writeFiles(path.join(folder, name), {
          ...Object.fromEntries(files.map((each) => [each, ''])),
          [board]: collides,
        });
        const file = path.join(folder, name, board);
        const { stdout, status } = await dtmap(['check', file, '--xen', '4.19', '--linux', '6.12']);
        assert.equal(/\[reserved-overlap\]/.test(stdout), isJudged, stdout);
        assert.equal(status, isJudged ? 1 : 0);
        await session.open(file);
        const shown = await session.diagnostics(file);
        assert.equal(
          shown.some(({ code: rule }) => rule === 'reserved-overlap'),
          isJudged,
        );
        await session.close(file);
        // A blob is what a system was started with, wherever it lies.
        const blob = path.join(folder, name, board.replace(/s$/, 'b'));
        await dtmap(['compile', file, '-o', blob]);
        const ofBlob = await dtmap(['check', blob, '--linux', '6.12']);
        assert.match(ofBlob.stdout, /\[reserved-overlap\]/);
      });
  });

  describe('in a browser', () => {
    const top = 'memfs://host/deep/work';

    /** Rules and messages of what is found in `name`, one of `files`. */
    async function foundIn(
      name: string,
      files: Readonly<Record<string, string>>,
    ): Promise<[unknown, string][]> {
      const client = new Client(top, files);
      await client.start(top);
      const found = await client.findingsOf(`${top}/${name}`, files[name] ?? '');
      client.stop();
      return found.map(({ code, message }) => [
        code,
        typeof message === 'string' ? message : message.value,
      ]);
    }

    const soc = '/ { uart0: uart { }; };\n';

    it('a part is read through the board that includes it', async () => {
      const files = {
        'board.dts': '/dts-v1/;\n#include "soc.dtsi"\n#include "part.dtsi"\n/ { };\n',
        'soc.dtsi': soc,
        'part.dtsi': '&uart0 { status = "okay"; };\n&uart9 { };\n',
      };
      const found = await foundIn('part.dtsi', files);
      assert.deepEqual(
        found.map(([code]) => code),
        ['semantic-error'],
      );
      assert.match(found[0]?.[1] ?? '', /uart9/);
    });

    it('an overlay of Zephyr is read behind its board', async () => {
      const files = {
        'zephyr/boards/arm/brd/brd.dts': '/dts-v1/;\n#include "soc.dtsi"\n/ { };\n',
        'zephyr/boards/arm/brd/soc.dtsi': soc,
        'app/boards/brd.overlay': '&uart0 { status = "okay"; };\n&uart9 { };\n',
      };
      const found = await foundIn('app/boards/brd.overlay', files);
      assert.deepEqual(
        found.map(([code]) => code),
        ['semantic-error'],
      );
      assert.match(found[0]?.[1] ?? '', /uart9/);
    });

    it('an include that is not there is one finding, and silences what it may define', async () => {
      const files = {
        'board.dts':
          '/dts-v1/;\n#include "soc.dtsi"\n&uart0 { level = <LOW>; };\n#ifndef A\n/ { a = <08>; };\n#endif\n',
      };
      const found = await foundIn('board.dts', files);
      assert.deepEqual(
        found.map(([code]) => code),
        ['include-not-found'],
      );
    });
  });
});
