// The files that lie in memory when the boot loader hands over, as far as a boot script or a profile says.

import { formatAddress, formatRange } from '../addresses/format.ts';
import type { Range } from '../addresses/region.ts';
import type { Board, Load } from './board.ts';
import type { Place } from './rule.ts';

/** A file of unknown size has its first byte as range. */
export interface LoadedFile extends Range {
  readonly sizeKnown: boolean;
  /** As the script names it, else what it is. */
  readonly name: string;
  readonly role: Load['role'];
  /** The line of the script; undefined when the profile says it. */
  readonly at: Place | undefined;
  readonly alternatives?: Load['alternatives'];
}

/**
 * What is loaded, with its size in memory. Where a size is only assumed, `sure` takes the smallest that it may be,
 * `likely` the assumed one; where a size is not known, the file has its first byte only.
 */
export function loadedFiles(board: Board, sizes: 'sure' | 'likely'): LoadedFile[] {
  const { loads = [], facts } = board;
  const xenSize = facts['xen.size'].value;
  const files = loads.flatMap((load): LoadedFile[] => {
    // Xen in memory is larger than its file: the profile has what it takes.
    const size = load.role === 'xen' && (xenSize ?? 0n) > (load.size ?? 0n) ? xenSize : load.size;
    if (size === 0n) return [];
    const { address: start, file: name, role, at } = load;
    const sizeKnown = size !== undefined;
    const { alternatives } = load;
    const end = start + (size ?? 1n);
    return [{ name, role, at, start, end, sizeKnown, ...(alternatives ? { alternatives } : {}) }];
  });
  return [...files, ...fromFacts(board, 'xen', sizes), ...fromFacts(board, 'dtb', sizes)];
}

const NAMES = { xen: 'Xen', dtb: 'the blob' } as const;

function fromFacts(
  { loads = [], facts }: Board,
  role: 'xen' | 'dtb',
  sizes: 'sure' | 'likely',
): LoadedFile[] {
  const start = facts[`${role}.address`].value;
  if (start === undefined || loads.some((load) => load.role === role)) return [];
  const { value, others } = facts[`${role}.size`];
  const possible = sizes === 'sure' && value !== undefined ? [value, ...others] : [value];
  const size = possible.reduce((a, b) => (a === undefined || (b ?? a) > a ? a : b));
  return size === undefined
    ? []
    : [{ name: NAMES[role], role, at: undefined, start, end: start + size, sizeKnown: true }];
}

/** Where a file is: its range, or the address it starts at when its size is not known. */
export function formatPlace(file: LoadedFile): string {
  return file.sizeKnown ? formatRange(file) : formatAddress(file.start);
}

/** Whether two files are never both loaded: they are in different arms of one condition. */
export function excludeEachOther(one: LoadedFile, other: LoadedFile): boolean {
  return (one.alternatives ?? []).some(({ choice, arm }) =>
    (other.alternatives ?? []).some((each) => each.choice === choice && each.arm !== arm),
  );
}

/** What is said of a file that is loaded only when a condition holds that is not known: no more than information. */
export function severityOf(...files: readonly LoadedFile[]): { readonly severity?: 'information' } {
  return files.some(({ alternatives }) => alternatives) ? { severity: 'information' } : {};
}

/** The end of a sentence about files: whether they are loaded where that is not known; empty otherwise. */
export function wordAlternative(...files: readonly LoadedFile[]): string {
  const [first] = files.flatMap(({ alternatives = [] }) => alternatives);
  return first ? `, if it is loaded: ${first.because}` : '';
}
