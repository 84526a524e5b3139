// The Linux tree that the oracle tests read: DTMAP_LINUX, or Debian's linux-source-6.1 unpacked into .cache/.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const archive = '/usr/src/linux-source-6.1.tar.xz';

/** Architectures whose boards the oracle tests compare. */
export const architectures = ['arm', 'arm64', 'riscv', 'mips', 'powerpc', 'arc'] as const;

/** The folder of the kernel tree. Unpacks it on first use; throws with the missing package's name when there is none. */
export function kernelTree(): string {
  const given = process.env['DTMAP_LINUX'];
  if (given !== undefined) {
    if (!existsSync(join(given, 'arch')))
      throw new Error(`DTMAP_LINUX=${given} has no arch/ folder`);
    return given;
  }
  const cache = join(import.meta.dirname, '../../.cache');
  const folder = join(cache, 'linux-source-6.1');
  if (!existsSync(folder)) {
    if (!existsSync(archive)) {
      throw new Error(`${archive} is missing: install the Debian package linux-source-6.1`);
    }
    const unpacking = join(cache, `unpacking-${process.pid}`);
    mkdirSync(unpacking, { recursive: true });
    execFileSync('tar', [
      ...['-xJf', archive, '-C', unpacking, '--strip-components=1', '--wildcards'],
      ...['linux-source-6.1/arch/*/boot/dts', 'linux-source-6.1/include'],
      'linux-source-6.1/scripts/dtc/include-prefixes',
    ]);
    if (existsSync(folder)) rmSync(unpacking, { recursive: true });
    else renameSync(unpacking, folder);
  }
  return folder;
}

/** The folder of the kernel's bindings; unpacked on first use as the tree is, into a folder of its own. */
export function kernelBindings(): string {
  const below = 'Documentation/devicetree/bindings';
  const own = join(kernelTree(), below);
  if (existsSync(own)) return own;
  const cache = join(import.meta.dirname, '../../.cache');
  const folder = join(cache, 'linux-bindings-6.1');
  if (!existsSync(folder)) {
    if (!existsSync(archive))
      throw new Error(`${archive} is missing: install the Debian package linux-source-6.1`);
    const unpacking = join(cache, `unpacking-bindings-${process.pid}`);
    mkdirSync(unpacking, { recursive: true });
    execFileSync('tar', [
      '-xJf',
      archive,
      '-C',
      unpacking,
      '--strip-components=1',
      `linux-source-6.1/${below}`,
    ]);
    if (existsSync(folder)) rmSync(unpacking, { recursive: true });
    else renameSync(unpacking, folder);
  }
  return join(folder, below);
}

/** Absolute paths of every board file (`.dts`, overlays included) of `architecture`, sorted. */
export function boardFiles(architecture: (typeof architectures)[number]): readonly string[] {
  const folder = join(kernelTree(), 'arch', architecture, 'boot/dts');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.dtso?$/.test(name))
    .map((name) => join(folder, name))
    .sort();
}

/** `-I` folders the kernel's build gives cpp for `board`, in order (scripts/Makefile.lib, dtc_cpp_flags). */
export function kernelIncludePaths(board: string): readonly string[] {
  const tree = kernelTree();
  return [join(tree, 'include'), join(tree, 'scripts/dtc/include-prefixes'), dirname(board)];
}
