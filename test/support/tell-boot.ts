// A predicted boot as lines of text, with the node and the source each is about: what recordings of tests hold.

import { wordReasons } from '../../server/src/xen/reasons.ts';
import { formatRange } from '../../server/src/addresses/format.ts';
import type { Range } from '../../server/src/addresses/region.ts';
import { printDts } from '../../server/src/tree/print-dts.ts';
import type { Source } from '../../server/src/xen/boot-state.ts';
import type { XenBoot } from '../../server/src/xen/xen-boot.ts';

/** All that `boot` says about the tree of `source`, in the order Xen comes to it; one fact a line. */
export function tellBoot(boot: XenBoot, source: string): string[] {
  const place = ({ node, written }: Source): string => {
    const at = node ? ` @ ${node.path}` : '';
    return written ? `${at} << ${shortened(source.slice(written.start, written.end))}` : at;
  };
  const ranges = (title: string, all: readonly Range[]): string[] =>
    all.map((range) => `${title} ${formatRange(range)}`);
  const { outcome, dom0 } = boot;
  const line = 'line' in outcome && outcome.line;
  return [
    `outcome: ${outcome.kind}`,
    ...('because' in outcome ? [`because ${shortened(wordReasons(outcome.because))}`] : []),
    ...(line ? [`last line: ${shortened(line.text)}${place(line)}`] : []),
    ...boot.log.map((each) => `| ${shortened(each.text)}${place(each)}`),
    ...boot.ram.map((bank) => `ram ${formatRange(bank)}${place(bank)}`),
    ...boot.modules.map((each) => `module ${each.kind} ${formatRange(each)}${place(each)}`),
    ...boot.reserved.map((each) => `reserved ${each.kind} ${formatRange(each)}${place(each)}`),
    ...ranges('heap', boot.heap),
    ...ranges('has page_info', boot.valid),
    ...boot.unscanned.map(({ path }) => `not scanned: ${path}`),
    ...boot.uncertain.map(({ what, because, candidates }) => {
      const count = candidates ? `, ${candidates.length} candidates` : '';
      return `uncertain ${what}: ${shortened(wordReasons(because))}${count}`;
    }),
    ...(dom0
      ? [
          `dom0 has ${dom0.size} bytes, its blob ${dom0.blobSize}`,
          ...ranges('dom0 bank', dom0.banks),
          ...dom0.memoryNodes.flatMap(({ name, reg }) => ranges(`dom0 ${name}`, reg)),
          ...dom0.exported.map((each) => `dom0 is told of ${formatRange(each)}${place(each)}`),
          ...ranges('dom0 may map', dom0.extendedRegions),
          ...ranges('dom0 kernel', dom0.kernel ? [dom0.kernel] : []),
          ...ranges('dom0 ramdisk', dom0.initrd ? [dom0.initrd] : []),
          ...dom0.mapped.map((each) => `dom0 maps ${formatRange(each)} @ ${each.node.path}`),
        ]
      : []),
    ...(dom0?.tree ? printDts(dom0.tree).split('\n') : [])
      .map((text) => shortened(text))
      .filter((text) => text !== '' && text !== '};')
      .map((text) => `dts ${text}`),
  ];
}

function shortened(text: string): string {
  const joined = text.replaceAll(/\s+/g, ' ').trim();
  return joined.length <= 160 ? joined : `${joined.slice(0, 150)}… (${joined.length})`;
}

/**
 * The lines of `all` that `known` does not have as often, with a note of how many of `known` are missing. Of many in a
 * row that differ in their numbers only, the first two and the last.
 */
export function differences(all: readonly string[], known: readonly string[]): string[] {
  const missing = surplus(known, all).length;
  const note = missing === 0 ? [] : [`(${missing} others missing)`];
  const rows = new Map<number, string[]>();
  let last = '';
  for (const [at, line] of surplus(all, known).entries()) {
    const shape = line.replaceAll(/(0x)?[0-9a-f]*[0-9][0-9a-f]*/g, '#');
    if (shape === last) [...rows.values()].at(-1)?.push(line);
    else rows.set(at, [line]);
    last = shape;
  }
  const shown = [...rows.values()].flatMap((row) =>
    row.length <= 6
      ? row
      : [...row.slice(0, 2), `(${row.length - 3} like these)`, ...row.slice(-1)],
  );
  return [...shown, ...note];
}

/** What `all` has more often than `known`, in the order of `all`. */
function surplus(all: readonly string[], known: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of known) counts.set(line, (counts.get(line) ?? 0) + 1);
  return all.filter((line) => {
    const count = counts.get(line) ?? 0;
    counts.set(line, count - 1);
    return count <= 0;
  });
}
