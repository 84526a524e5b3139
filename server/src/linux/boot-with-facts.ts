// Boots Linux with what is known beside the tree: in the likely world, and in those next to it when somebody asks.

import type { BootFacts } from '../facts/boot-facts.ts';
import type { LoaderFile } from '../facts/loader-file.ts';
import { World } from '../facts/world.ts';
import type { DeviceTree } from '../tree/device-tree.ts';
import { bootLinux, type LinuxOptions } from './boot.ts';
import type { LinuxBoot, LinuxNeighbour } from './linux-boot.ts';
import { loadedPlaces } from './loaded-places.ts';
import { isCmaNode } from './region-drivers.ts';
import type { LinuxRelease } from './releases.ts';

/** What `release` makes of `tree`'s memory on bare metal; `files` are what the boot loader loads. */
export function bootWithFacts(
  tree: DeviceTree,
  release: LinuxRelease,
  facts: BootFacts,
  files: readonly LoaderFile[],
): LinuxBoot {
  const world = new World(facts);
  const given = { ...givenArchitecture(facts), loaded: loadedPlaces(tree, facts, files) };
  const bootIn = (each: World): LinuxBoot => {
    const pageSize = BigInt(each.valueOf('kernel.pageSize') ?? 4096);
    return bootLinux(tree, release, { ...given, pageSize });
  };
  const boot = bootIn(world);
  let neighbours: readonly LinuxNeighbour[] | undefined;
  return {
    ...boot,
    get neighbours() {
      return (neighbours ??= world.otherValues().map((changes) => {
        const other = bootIn(new World(facts, changes));
        return { changes, boot: other, fails: fails(other) };
      }));
    },
  };
}

/** What the profile says the CPUs are; the tree is asked otherwise, which also knows architectures without a Xen. */
function givenArchitecture({ architecture }: BootFacts): Pick<LinuxOptions, 'architecture'> {
  const { value, basis } = architecture;
  return value !== undefined && basis !== 'tree' && basis !== 'assumed'
    ? { architecture: value }
    : {};
}

/** Whether an area that pages decide about is refused, or finds no room. */
function fails({ recorded, ignored, unplacedCma }: LinuxBoot): boolean {
  return (
    unplacedCma !== undefined ||
    recorded.some(({ node, refused }) => refused && isCmaNode(node)) ||
    ignored.some(({ because }) => because === 'no-room')
  );
}
