// What Linux has of a board's memory on bare metal, in words and for the map.

import { formatSizeBriefly } from '../../addresses/format.ts';
import { intersection, subtract, union } from '../../addresses/region.ts';
import type { Subject } from '../../target/system.ts';
import type { Block, Holding, View } from '../../target/view.ts';
import type { LinuxBoot, LinuxReserved } from '../linux-boot.ts';

/** Linux has one view: its own. */
export function linuxViews(boot: LinuxBoot, { map }: Subject): readonly View[] {
  const usable = subtract(
    boot.memory,
    boot.reserved.filter((each) => each.state === 'no-map'),
  );
  const bytes = union(usable).reduce((sum, { start, end }) => sum + end - start, 0n);
  const isKnown = map.ramKnown || boot.memory.length > 0;
  return [
    {
      id: 'linux',
      name: 'Linux',
      isSystem: true,
      isAsked: true,
      summary: isKnown ? `bare metal, ${formatSizeBriefly(bytes)}` : 'RAM unknown',
      holdings: [
        ...boot.memory.map(({ start, end }) => ({
          start,
          end,
          owner: 'ordinary RAM',
          block: { kind: 'linux' as const, label: 'RAM', why: 'usable' },
          mapped: 'ram' as const,
          toldAsRam: true,
        })),
        ...boot.reserved.map((entry) => reservedHolding(entry, boot)),
      ],
      elsewhere: isKnown
        ? { owner: 'no RAM' }
        : { owner: 'not known', because: 'the tree does not say where RAM is' },
      ...(isKnown ? {} : { isRamOpen: true as const }),
    },
  ];
}

const STATE_WORDS = {
  reserved: 'reserved, stays in the linear map',
  'no-map': 'taken out of the linear map',
  failed: 'could not be reserved',
} as const;

function reservedHolding(entry: LinuxReserved, boot: LinuxBoot): Holding {
  const { start, end, node, written, state, kind, within } = entry;
  const words = kind === 'cma' ? 'CMA, movable pages use it' : STATE_WORDS[state];
  const isRam = boot.memory.some((range) => intersection(range, entry) !== undefined);
  return {
    start,
    end,
    owner: `${node ? `${node.name}: ` : ''}${words}`,
    block: blockOf(entry),
    ...(node && { node }),
    ...(written && { written }),
    mapped: state === 'no-map' || !isRam ? 'no' : 'ram',
    toldAsRam: isRam,
    ...(within && { because: 'the kernel chooses its place when it boots' }),
  };
}

function blockOf(entry: LinuxReserved): Block {
  const { node, state, kind, within, role = 'initrd' } = entry;
  const name = node?.labels[0] ?? node?.name ?? '/memreserve/';
  if (state === 'failed')
    return { kind: 'lost', label: 'not reserved', why: `Linux could not reserve ${name}` };
  if (kind === 'dynamic' || kind === 'cma')
    return {
      kind: 'reserved',
      label: name,
      why: within ? 'placed by the kernel, most likely here' : 'placed by the kernel',
      texture: state === 'no-map' ? 'no-map' : 'reusable',
    };
  if (kind === 'initrd' || kind === 'loaded')
    return {
      kind: 'loaded',
      label: role === 'dtb' ? 'DTB' : role,
      why: 'where the boot loader put it',
    };
  return {
    kind: 'reserved',
    label: state,
    why: state === 'no-map' ? `${name}, not mapped` : `${name}, kept by Linux`,
    ...(state === 'no-map' && { texture: 'no-map' as const }),
  };
}
