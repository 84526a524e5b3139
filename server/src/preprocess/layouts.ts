// The work trees that devicetrees are written in, one row a project: what shows it, and where its boards' includes are.

import { folderOf } from '../text/join-path.ts';
import type { FileId } from '../text/span.ts';
import type { Look } from './look.ts';
import { zephyrArchitecture, zephyrFolders, zephyrTop } from './zephyr-tree.ts';

export type TreeKind =
  | 'linux'
  | 'rebasing'
  | 'u-boot'
  | 'barebox'
  | 'zephyr'
  | 'tf-a'
  | 'op-tee'
  | 'openwrt'
  | 'armbian'
  | 'yocto'
  | 'jailhouse'
  | 'sel4';

/** A board in a tree. */
export interface Place {
  readonly root: FileId;
  /** The tree's top folder. */
  readonly top: FileId;
  /** The folder of `root` below `top`, without `/` around it; empty in `top` itself. */
  readonly below: string;
}

export interface Layout {
  readonly tree: TreeKind;
  /** The tree's top when `folder`, which holds the board or lies above it, shows by what is in it that it is one. */
  top(folder: FileId, root: FileId, look: Look): FileId | undefined;
  /** `-I` folders in the order of the project's own build; some may not exist. */
  folders(place: Place, look: Look): readonly FileId[];
  /** Kernels that the board is built in, nearest first; a tree that has the row is looked at for kernels beside it too. */
  kernels?(place: Place, look: Look): readonly FileId[];
  /** Whether `top` may be without what its boards include, so that a kernel beside it counts. */
  isPart?(place: Place, look: Look): boolean;
  /** Where the board would lie in a kernel: a folder below its top, when its own place tells. */
  inKernel?(place: Place): string | undefined;
  /** Files of which the build includes the first that exists at the end of the board. */
  last?(place: Place, look: Look): readonly FileId[];
  /** The system that alone reads boards of that place, instead of Linux and Xen; undefined where others do too. */
  readBy?(place: Place): string | undefined;
  /** The folder of files of which the build includes one by a name that only its configuration tells, which is not there. */
  lastUnknown?(place: Place, look: Look): FileId | undefined;
}

/** The architecture whose folder below `arch/` a path within a tree lies in. */
function architectureOf(path: string): string | undefined {
  return /^arch\/([^/]+)(?:\/|$)/.exec(path)?.[1];
}

/** Whether `folder` is a kernel, or a part of one that has its headers. */
function isKernel(folder: FileId, look: Look): boolean {
  return (
    look.has(folder, 'scripts/dtc/include-prefixes') ||
    look.hasAll(folder, 'include/dt-bindings', 'arch')
  );
}

/** scripts/Makefile.lib: dtc_cpp_flags of today (include-prefixes) and of kernels before 4.12. */
export function linuxFolders(top: FileId, architecture: string | undefined): readonly FileId[] {
  const boards = architecture === undefined ? [] : [`${top}/arch/${architecture}/boot/dts`];
  return [
    `${top}/scripts/dtc/include-prefixes`,
    `${top}/include`,
    ...boards,
    ...boards.map((folder) => `${folder}/include`),
  ];
}

/**
 * The folders of a kernel that the board is not in: it may be copied into any folder of boards, so all are looked in, those
 * of the board's own place first.
 */
export function kernelElsewhere(
  top: FileId,
  inKernel: string | undefined,
  look: Look,
): readonly FileId[] {
  const named = inKernel === undefined ? undefined : architectureOf(inKernel);
  const architectures = named === undefined ? byUse(look.foldersIn(top, 'arch')) : [named];
  const own = inKernel === undefined ? [] : [`${top}/${inKernel}`];
  const boards = architectures.map((name) => `arch/${name}/boot/dts`);
  return [
    ...linuxFolders(top, named),
    ...own,
    ...boards.map((folder) => `${top}/${folder}`),
    ...boards.flatMap((folder) => foldersBelow(top, folder, look)),
  ];
}

/** What Xen boots first; an arm64 board that arm has too includes that of arm, so that of arm64 is before it. */
function byUse(architectures: readonly string[]): readonly string[] {
  const first = ['arm64', 'arm', 'riscv'].filter((name) => architectures.includes(name));
  return [...new Set([...first, ...architectures])];
}

/** The folders in `path` below `top`, then those in them: a vendor's, and a vendor's families. */
function foldersBelow(top: FileId, path: string, look: Look): readonly FileId[] {
  const vendors = look.foldersIn(top, path).map((name) => `${path}/${name}`);
  const families = vendors.flatMap((vendor) =>
    look.foldersIn(top, vendor).map((name) => `${vendor}/${name}`),
  );
  return [...vendors, ...families].map((folder) => `${top}/${folder}`);
}

const openwrt: Layout = {
  tree: 'openwrt',
  top(folder, _root, look) {
    // target/linux/TARGET/files is laid over a kernel and looks like one.
    const [, top, target] = /^([^]*)\/target\/linux\/([^/]+)(?:\/|$)/.exec(folder) ?? [];
    if (top === undefined || target === undefined) return undefined;
    const isOne = ['rules.mk', 'build_dir', `target/linux/${target}/Makefile`].some((path) =>
      look.has(top, path),
    );
    return isOne ? top : undefined;
  },
  folders({ top, below }, look) {
    const target = openwrtTarget(below);
    return [target, 'generic'].flatMap((name) => {
      const overlays = look
        .foldersIn(top, `target/linux/${name}`)
        .filter((folder) => folder.startsWith('files'))
        .map((folder) => `${top}/target/linux/${name}/${folder}`);
      return [
        ...(name === target ? [`${top}/target/linux/${name}/dts`] : []),
        ...overlays.map((overlay) => `${overlay}/include`),
        ...overlays.flatMap((overlay) => boardFolders(overlay, look)),
      ];
    });
  },
  kernels({ top, below }, look) {
    // build_dir/target-ARCHITECTURE_LIBC/linux-TARGET_SUBTARGET/linux-VERSION
    const target = openwrtTarget(below);
    return look
      .foldersIn(top, 'build_dir')
      .filter((name) => name.startsWith('target-'))
      .flatMap((name) => {
        const built = `build_dir/${name}`;
        return look
          .foldersIn(top, built)
          .filter((each) => each === `linux-${target}` || each.startsWith(`linux-${target}_`))
          .flatMap((each) =>
            look
              .foldersIn(top, `${built}/${each}`)
              .filter((kernel) => kernel.startsWith('linux-'))
              .map((kernel) => `${top}/${built}/${each}/${kernel}`),
          );
      });
  },
  isPart: () => true,
  inKernel: ({ below }) => /(?:^|\/)files[^/]*\/(arch\/[^]+)$/.exec(below)?.[1],
};

function openwrtTarget(below: string): string {
  return /^target\/linux\/([^/]+)/.exec(below)?.[1] ?? '';
}

/** Folders of boards in what is laid over a kernel. */
function boardFolders(top: FileId, look: Look): readonly FileId[] {
  return look.foldersIn(top, 'arch').flatMap((name) => {
    const boards = `arch/${name}/boot/dts`;
    return [`${top}/${boards}`, ...foldersBelow(top, boards, look)];
  });
}

const zephyr: Layout = {
  tree: 'zephyr',
  top: zephyrTop,
  folders: ({ root, top }, look) =>
    zephyrFolders(root, top, zephyrArchitecture(root, top, look), look),
  // What lies beside it in a workspace may be for a Linux on the other cores.
  readBy: ({ root, top }) => (root.startsWith(`${top}/`) ? 'Zephyr' : undefined),
};

const barebox: Layout = {
  tree: 'barebox',
  top(folder, _root, look) {
    // Its dts/ is devicetree-rebasing.
    const top = folder.endsWith('/dts') ? folderOf(folder) : folder;
    return look.hasAll(top, 'dts/src', 'dts/include', 'arch') ? top : undefined;
  },
  // scripts/Makefile.lib: dtc_cpp_flags. SRCARCH is arm for arm64 too.
  folders({ top, below }) {
    const source = /^dts\/src\/([^/]+)/.exec(below)?.[1];
    const architecture = architectureOf(below) ?? (source === 'arm64' ? 'arm' : source);
    return [
      ...(architecture === undefined ? [] : [`${top}/arch/${architecture}/dts/include`]),
      `${top}/include`,
      `${top}/dts/include`,
      `${top}/dts/src`,
      ...(architecture === undefined ? [] : [`${top}/arch/${architecture}/dts`]),
    ];
  },
};

const uBoot: Layout = {
  tree: 'u-boot',
  top(folder, _root, look) {
    // dts/upstream is devicetree-rebasing.
    const top = folder.endsWith('/dts/upstream') ? folderOf(folderOf(folder)) : folder;
    if (!look.has(top, 'arch')) return undefined;
    return look.has(top, 'dts/upstream') || look.has(top, 'include/u-boot') ? top : undefined;
  },
  // scripts/Makefile.lib: UBOOTINCLUDE, dtc_cpp_flags, upstream_dtsi_include.
  folders({ root, top, below }, look) {
    const named = uBootArchitecture(below);
    const architectures = named === undefined ? byUse(look.foldersIn(top, 'arch')) : [named];
    const upstream = 'dts/upstream/src';
    return [
      `${top}/include`,
      ...architectures.map((name) => `${top}/arch/${name}/include`),
      `${top}/dts/upstream/include`,
      folderOf(root),
      ...architectures.flatMap((name) => [
        `${top}/arch/${name}/dts`,
        `${top}/arch/${name}/dts/include`,
      ]),
      `${top}/${upstream}`,
      ...[...new Set([...architectures, 'arm64'])].flatMap((name) =>
        foldersBelow(top, `${upstream}/${name}`, look),
      ),
    ];
  },
  // u_boot_dtsi_options. Without a configuration the names of SoC, CPU and vendor are not known.
  last({ root, top, below }, look) {
    const architecture = uBootArchitecture(below);
    if (architecture === undefined || !/\.dts$/.test(root)) return [];
    const config = look.textOf(top, '.config') ?? '';
    const configured = ['SOC', 'CPU', 'VENDOR'].flatMap(
      (name) => new RegExp(`^CONFIG_SYS_${name}="([^"/]+)"`, 'm').exec(config)?.[1] ?? [],
    );
    const board = root.slice(folderOf(root).length + 1).replace(/\.dts$/, '');
    const names = [board, ...configured].map((name) => `${name}-u-boot.dtsi`);
    return [...names, 'u-boot.dtsi'].map((name) => `${top}/arch/${architecture}/dts/${name}`);
  },
  lastUnknown({ root, top, below }, look) {
    const architecture = uBootArchitecture(below);
    if (architecture === undefined || look.has(top, '.config')) return undefined;
    const folder = `arch/${architecture}/dts`;
    const board = root.slice(folderOf(root).length + 1).replace(/\.dts$/, '');
    // The file of the board's own name comes before those.
    if (!/\.dts$/.test(root) || look.has(top, `${folder}/${board}-u-boot.dtsi`)) return undefined;
    const all = look.has(top, folder) ? look.namesIn(`${top}/${folder}`) : [];
    return all.some((name) => name.endsWith('-u-boot.dtsi')) ? `${top}/${folder}` : undefined;
  },
};

/** U-Boot builds arm64 from arch/arm. */
function uBootArchitecture(below: string): string | undefined {
  const upstream = /^dts\/upstream\/src\/([^/]+)/.exec(below)?.[1];
  return architectureOf(below) ?? (upstream === 'arm64' ? 'arm' : upstream);
}

const tfA: Layout = {
  tree: 'tf-a',
  top(folder, _root, look) {
    // A platform has fdts/ and include/ too.
    const above = /^([^]*?)\/plat(?:\/|$)/.exec(folder)?.[1];
    if (above !== undefined && look.hasAll(above, 'fdts', 'include')) return above;
    return look.hasAll(folder, 'fdts', 'include') ? folder : undefined;
  },
  // Makefile: DTC_CPPFLAGS, INCLUDES, and PLAT_INCLUDES of the platform that the board is for.
  folders({ root, top, below }, look) {
    // Boards of all platforms lie in fdts/.
    const folder = below === 'fdts' ? platformOf(root, top, look) : below;
    const above = folder.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
    const platform = above.filter((path) => path.startsWith('plat/')).reverse();
    // Nothing in a board tells 32 bits from 64; these have the same names, so the usual is before the other.
    const both = ['aarch64', 'aarch32'];
    return [
      `${top}/fdts`,
      `${top}/include`,
      ...both.map((name) => `${top}/include/arch/${name}`),
      ...both.map((name) => `${top}/include/lib/cpus/${name}`),
      ...both.map((name) => `${top}/include/lib/el3_runtime/${name}`),
      ...pathsInMakefiles(
        top,
        platform.map((path) => `${path}/platform.mk`),
        look,
      ),
      ...platform.map((path) => `${top}/${path}/include`),
      ...platform.flatMap((path) => [`${top}/include/${path}`, `${top}/include/${path}/common`]),
      `${top}/include/lib/libc`,
      ...both.map((name) => `${top}/include/lib/libc/${name}`),
    ];
  },
  isPart: ({ top }, look) => !look.has(top, 'plat'),
};

/** The folder of the platform with whose name that of the board begins, the longest such name; '' when there is none. */
function platformOf(root: FileId, top: FileId, look: Look): string {
  const board = root.slice(folderOf(root).length + 1);
  const vendors = look.foldersIn(top, 'plat').map((name) => `plat/${name}`);
  const named = [...vendors, 'plat/arm/board'].flatMap((vendor) =>
    look
      .foldersIn(top, vendor)
      .filter((name) => board.startsWith(name) && look.has(top, `${vendor}/${name}/platform.mk`))
      .map((name) => ({ name, path: `${vendor}/${name}` })),
  );
  return named.sort((a, b) => b.name.length - a.name.length)[0]?.path ?? '';
}

/** Makefiles that are read for the paths of one platform. */
const mostMakefiles = 12;

/** The `-I` folders that makefiles list, with those of their platform that they include and the variables they set. */
function pathsInMakefiles(top: FileId, files: readonly string[], look: Look): readonly FileId[] {
  const variables = new Map<string, string>();
  const expanded = (path: string): string =>
    path.replace(/\$[({](\w+)[)}]/g, (whole, name: string) => variables.get(name) ?? whole);
  const paths: string[] = [];
  const read = new Set(files);
  for (const file of read) {
    const text = look.textOf(top, file)?.replace(/\\\n/g, ' ') ?? '';
    for (const [, name = '', value = ''] of text.matchAll(
      /^[ \t]*(\w+)[ \t]*[:?]?=[ \t]*(\S+)[ \t]*$/gm,
    ))
      variables.set(name, expanded(value));
    for (const [, path = ''] of text.matchAll(/(?:^|\s)-I[ \t]*(\S+)/g)) paths.push(path);
    for (const [, path = ''] of text.matchAll(/^[ \t]*-?include[ \t]+(\S+\.mk)[ \t]*$/gm)) {
      const included = expanded(path);
      if (read.size < mostMakefiles && included.startsWith('plat/')) read.add(included);
    }
  }
  return paths
    .map((path) => expanded(path).replace(/\/+$/, ''))
    .filter((path) => path !== '' && !/[$]|^\//.test(path))
    .map((path) => `${top}/${path}`);
}

const opTee: Layout = {
  tree: 'op-tee',
  top(folder, _root, look) {
    // Its core/ has what a kernel has.
    const top = folder.endsWith('/core') ? folderOf(folder) : folder;
    return look.hasAll(top, 'core/arch', 'core/include') ? top : undefined;
  },
  // mk/compile.mk: dtb-cppflags.
  folders({ top, below }) {
    const architecture = /^core\/arch\/([^/]+)/.exec(below)?.[1];
    return [
      `${top}/core/include`,
      ...(architecture === undefined
        ? []
        : [`${top}/core/arch/${architecture}/include`, `${top}/core/arch/${architecture}/dts`]),
    ];
  },
  // mk/config.mk: CFG_EMBED_DTB_SOURCE_FILE, a tree that is linked into OP-TEE's own image.
  readBy: ({ below }) => (/^core\/arch\/[^/]+\/dts(?:\/|$)/.test(below) ? 'OP-TEE' : undefined),
};

const armbian: Layout = {
  tree: 'armbian',
  top: (folder, _root, look) =>
    look.has(folder, 'patch/kernel') &&
    (look.has(folder, 'config/sources') || look.has(folder, 'lib/functions'))
      ? folder
      : undefined,
  folders: () => [],
  kernels({ top, below }, look) {
    // patch/kernel/archive/FAMILY-VERSION is applied to cache/sources/linux-kernel-worktree/VERSION__FAMILY__ARCHITECTURE.
    const [, family = '', version = ''] =
      /^patch\/kernel\/(?:archive\/)?([^/]+)-([\d.]+)(?:\/|$)/.exec(below) ?? [];
    const trees = 'cache/sources/linux-kernel-worktree';
    const all = look.foldersIn(top, trees);
    const own = all.filter((name) => name.startsWith(`${version}__${family}__`));
    const same = all.filter((name) => name.startsWith(`${version}__`));
    return [...new Set([...own, ...same, ...all])].map((name) => `${top}/${trees}/${name}`);
  },
  isPart: () => true,
};

const yocto: Layout = {
  tree: 'yocto',
  top: (folder, _root, look) => (look.has(folder, 'conf/layer.conf') ? folder : undefined),
  folders: () => [],
  isPart: () => true,
};

const jailhouse: Layout = {
  tree: 'jailhouse',
  top: (folder, _root, look) =>
    look.hasAll(folder, 'hypervisor', 'inmates', 'configs') ? folder : undefined,
  folders: ({ top }) => [`${top}/include`],
  isPart: () => true,
};

const sel4: Layout = {
  tree: 'sel4',
  top: (folder, _root, look) => (look.hasAll(folder, 'libsel4', 'src/plat') ? folder : undefined),
  folders: ({ top }) => [`${top}/tools/dts`],
  isPart: () => true,
};

const rebasing: Layout = {
  tree: 'rebasing',
  top: (folder, root, look) =>
    look.hasAll(folder, 'include/dt-bindings', 'src') &&
    (root.startsWith(`${folder}/src/`) || look.has(folder, 'Bindings'))
      ? folder
      : undefined,
  folders({ top, below }) {
    const architecture = /^src\/([^/]+)/.exec(below)?.[1];
    const source = architecture === undefined ? [] : [`${top}/src/${architecture}`];
    return [`${top}/include`, ...source, `${top}/src`];
  },
};

const linux: Layout = {
  tree: 'linux',
  top: (folder, _root, look) => (isKernel(folder, look) ? folder : undefined),
  folders: ({ top, below }) => linuxFolders(top, architectureOf(below)),
  // What is laid over a kernel has its folders, but not what builds it.
  isPart: ({ top }, look) =>
    !look.has(top, 'scripts/dtc') && !look.has(top, 'Makefile') && !look.has(top, 'Kconfig'),
  inKernel: ({ below }) => (architectureOf(below) === undefined ? undefined : below),
};

/** In the order in which a folder is compared with them: what looks like another too comes before it. */
export const layouts: readonly Layout[] = [
  openwrt,
  barebox,
  uBoot,
  zephyr,
  opTee,
  armbian,
  jailhouse,
  sel4,
  linux,
  rebasing,
  tfA,
  yocto,
];

/** Kernels in `folder` or where the tools that work in it unpack them, those of the board's own build first. */
export function kernelsIn(folder: FileId, look: Look): readonly FileId[] {
  const built = ['tmp', 'build/tmp'].flatMap((path) =>
    look
      .foldersIn(folder, `${path}/work-shared`)
      .map((machine) => `${folder}/${path}/work-shared/${machine}/kernel-source`),
  );
  const modified = ['workspace/sources', 'build/workspace/sources'].flatMap((path) =>
    look.foldersIn(folder, path).map((name) => `${folder}/${path}/${name}`),
  );
  const beside = look
    .namesIn(folder)
    .filter((name) => /linux|kernel/i.test(name))
    .map((name) => `${folder}/${name}`);
  const fetched = look.has(folder, '.src/linux') ? [`${folder}/.src/linux`] : [];
  return [...modified, ...built, ...beside, ...fetched].filter((top) =>
    look.has(top, 'include/dt-bindings'),
  );
}
