// A predicted boot in a few lines: how it ends and why, and what it tells beside a boot that goes well.

import type { Source } from '../../server/src/xen/boot-state.ts';
import type { XenBoot } from '../../server/src/xen/xen-boot.ts';

/**
 * The outcome with the codes of its reasons, what is uncertain and why, and the events that `plain` does not tell, each with
 * its id, its node and its words. `source` is the text of the tree.
 */
export function tellBoot(boot: XenBoot, source: string, plain: XenBoot | undefined): string[] {
  const { outcome } = boot;
  const because = 'because' in outcome ? outcome.because : [];
  const ending = because.map(({ code }) => ` ${code}`).join();
  const line = 'line' in outcome ? outcome.line : undefined;
  const told = boot.log.map((each) => tellLine(each, source));
  const last = line && !boot.log.includes(line) ? [tellLine(line, source)] : [];
  const known = new Map<string, number>();
  for (const each of plain?.log ?? []) count(known, each.text);
  const news = [...boot.log.map(({ text }) => text), ...last].flatMap((text, at) => {
    const left = known.get(text) ?? 0;
    known.set(text, left - 1);
    return left > 0 ? [] : [told[at] ?? text];
  });
  return [
    `${outcome.kind}${ending === '' ? '' : `:${ending}`}`,
    ...boot.uncertain.map(
      ({ what, because: why }) => `? ${what}: ${why.map(({ code }) => code).join()}`,
    ),
    ...shortened(news),
  ];
}

function count(counts: Map<string, number>, text: string): void {
  counts.set(text, (counts.get(text) ?? 0) + 1);
}

function tellLine({ events, text, node, written }: XenBoot['log'][number], source: string): string {
  const ids = events.map(({ id }) => id).join(' + ');
  return `${ids}${placeOf({ node, written }, source)} | ${cut(text.trim(), 120)}`;
}

function placeOf({ node, written }: Source, source: string): string {
  const at = node ? ` @ ${node.path}` : '';
  return written ? `${at} << ${cut(source.slice(written.start, written.end), 40)}` : at;
}

function cut(text: string, length: number): string {
  const joined = text.replaceAll(/\s+/g, ' ').trim();
  return joined.length <= length ? joined : `${joined.slice(0, length - 10)}… (${joined.length})`;
}

/** Of many lines in a row that differ in their numbers only, the first and the last. */
function shortened(lines: readonly string[]): string[] {
  const rows: string[][] = [];
  let shape = '';
  for (const line of lines) {
    const next = line.replaceAll(/(0x)?[0-9a-f]*[0-9][0-9a-f]*/g, '#');
    if (next === shape) rows.at(-1)?.push(line);
    else rows.push([line]);
    shape = next;
  }
  return rows.flatMap((row) =>
    row.length <= 4 ? row : [row[0] ?? '', `(${row.length - 2} like it)`, row.at(-1) ?? ''],
  );
}
