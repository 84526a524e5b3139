// The only place that turns addresses and sizes into text.

import type { Range } from './region.ts';

/** `0x80000000`: lower case, no padding; what JSON and messages carry. */
export function formatAddress(address: bigint): string {
  return address < 0n ? `-0x${(-address).toString(16)}` : `0x${address.toString(16)}`;
}

/** `0x1_a000_0000`: groups of four from the right, for people to read; used in hovers and titles. */
export function formatGrouped(address: bigint): string {
  const digits = address.toString(16);
  if (digits.length <= 8) return `0x${digits}`;
  return `0x${digits.replace(/\B(?=(?:[0-9a-f]{4})+$)/g, '_')}`;
}

/** `[0x80000000, 0x80200000)`: half open, as all our ranges are. */
export function formatRange(range: Range): string {
  return `[${formatAddress(range.start)}, ${formatAddress(range.end)})`;
}

const UNITS: readonly (readonly [bigint, string])[] = [
  [1n << 40n, 'TiB'],
  [1n << 30n, 'GiB'],
  [1n << 20n, 'MiB'],
  [1n << 10n, 'KiB'],
];

/** `2 MiB`, `1.5 GiB`, `100 B`: at most three decimals, an inexact value is marked `~`. */
export function formatSize(bytes: bigint): string {
  if (bytes < 0n) return `-${formatSize(-bytes)}`;
  for (const [unit, name] of UNITS) {
    if (bytes < unit) continue;
    const thousandths = (bytes * 1000n) / unit;
    const exact = (thousandths * unit) / 1000n === bytes && (bytes * 1000n) % unit === 0n;
    const whole = thousandths / 1000n;
    const fraction = (thousandths % 1000n).toString().padStart(3, '0').replace(/0+$/, '');
    return `${exact ? '' : '~'}${whole}${fraction === '' ? '' : `.${fraction}`} ${name}`;
  }
  return `${bytes} B`;
}

/** `0x1a0000000` as `['1', 'a000', '0000']`: groups of four hex digits from the right, at least eight digits. */
export function digitGroups(address: bigint): string[] {
  const digits = address.toString(16).padStart(8, '0');
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 4)
    groups.unshift(digits.slice(Math.max(0, end - 4), end));
  return groups;
}

/** `64 KiB`, `1.39 MiB`, `5.5 GiB`: three significant digits and a thin space, for labels with little room. */
export function formatSizeBriefly(bytes: bigint): string {
  const [unit, name] = UNITS.find(([each]) => bytes >= each) ?? [1n, 'B'];
  const whole = bytes / unit;
  const decimals = whole >= 100n ? 0 : whole >= 10n ? 1 : 2;
  const scale = 10n ** BigInt(decimals);
  const scaled = (bytes * scale + unit / 2n) / unit;
  const fraction =
    decimals === 0 ? '' : (scaled % scale).toString().padStart(decimals, '0').replace(/0+$/, '');
  return `${scaled / scale}${fraction === '' ? '' : `.${fraction}`}\u2009${name}`;
}
