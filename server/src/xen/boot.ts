// Boots Xen on paper: in the likely world, and in those next to it when somebody asks.

import type { BootFacts } from '../facts/boot-facts.ts';
import type { LoaderFile } from '../facts/loader-file.ts';
import { World, type FactChange } from '../facts/world.ts';
import type { DeviceTree } from '../tree/device-tree.ts';
import { endOf } from './ending.ts';
import type { Release } from './releases.ts';
import { runSteps, type Given, type XenBootInWorld } from './run-steps.ts';
import type { XenBoot, XenNeighbour } from './xen-boot.ts';

/**
 * What a release of Xen does with a tree in the likely world: never throws, whatever the tree is. Its neighbours are
 * booted when somebody asks for them. `files`: what the boot loader loads, as far as a script says so.
 */
export function bootXen(
  tree: DeviceTree,
  release: Release,
  facts: BootFacts,
  files: readonly LoaderFile[] = [],
): XenBoot {
  const given = { tree, release, files };
  const boot = bootIn(given, new World(facts));
  if (!endOf(boot)) return boot;
  // What only an assumed value breaks is not what a working set-up has.
  const saving = boot.neighbours.find(
    ({ changes: [first], boot: other }) =>
      first && facts[first.fact].basis === 'assumed' && !endOf(other),
  );
  return saving ? bootIn(given, new World(withValues(facts, saving.changes))) : boot;
}

/** The facts with other assumed values; those they had are what they may be instead. */
function withValues(facts: BootFacts, changes: readonly FactChange[]): BootFacts {
  const changed = changes.map(({ fact, value }) => {
    const { value: before, basis, because, others } = facts[fact];
    const rest = [before, ...others].filter((each) => each !== undefined && each !== value);
    return [fact, { value, basis, because, others: rest }] as const;
  });
  return { ...facts, ...(Object.fromEntries(changed) as Partial<BootFacts>) };
}

function bootIn(given: Given, world: World): XenBoot {
  const boot = runSteps(given, world);
  let neighbours: readonly XenNeighbour[] | undefined;
  let settled: XenBoot | undefined;
  return {
    ...boot,
    get settled() {
      return (settled ??= bootSettled(given, world, boot));
    },
    get neighbours() {
      return (neighbours ??= bootNeighbours(given, world));
    },
  };
}

/** The boot as it would be if Xen and its DTB were where they are assumed to be, on one CPU where the number is not known. */
function bootSettled(given: Given, world: World, { modules }: XenBootInWorld): XenBoot | undefined {
  const changes = modules.flatMap(({ kind, start, end, assumed }): FactChange[] => {
    if (!assumed) return [];
    if (kind === 'Xen')
      return [
        { fact: 'xen.address', value: start },
        { fact: 'xen.size', value: end - start },
      ];
    return kind === 'Device Tree' ? [{ fact: 'dtb.address', value: start }] : [];
  });
  if (world.facts.cpus.value === undefined) changes.push({ fact: 'cpus', value: 1 });
  if (changes.length === 0) return undefined;
  return bootIn(given, new World(world.facts, [...world.changes, ...changes]));
}

/**
 * The worlds next to one: an assumed fact that its boot asked for has another value; and where that boot asks for facts
 * that the first did not, these have other values, too.
 */
function bootNeighbours(given: Given, world: World): XenNeighbour[] {
  const neighbours: XenNeighbour[] = [];
  const sets = world.otherValues();
  const known = new Set(sets.flatMap((changes) => changes.map(({ fact }) => fact)));
  for (const changes of sets) {
    const next = new World(world.facts, [...world.changes, ...changes]);
    neighbours.push({ changes: next.changes, boot: bootIn(given, next) });
    for (const further of next.otherValues()) {
      if (further.some(({ fact }) => known.has(fact))) continue;
      const far = new World(world.facts, [...next.changes, ...further]);
      neighbours.push({ changes: far.changes, boot: bootIn(given, far) });
    }
  }
  return neighbours;
}
