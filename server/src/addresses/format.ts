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

/** `2 MiB`, `1.91 GiB`, `1000 KiB`, `100 B`: rounded to three significant digits, but no digit before the point is lost. */
export function formatSize(bytes: bigint): string {
  if (bytes < 0n) return `-${formatSize(-bytes)}`;
  const [unit, name] = UNITS.find(([each]) => bytes >= each) ?? [1n, 'B'];
  const whole = bytes / unit;
  const decimals = whole >= 100n ? 0 : whole >= 10n ? 1 : 2;
  const scale = 10n ** BigInt(decimals);
  const scaled = (bytes * scale + unit / 2n) / unit;
  const fraction =
    decimals === 0 ? '' : (scaled % scale).toString().padStart(decimals, '0').replace(/0+$/, '');
  return `${scaled / scale}${fraction === '' ? '' : `.${fraction}`} ${name}`;
}

/** `0x1a0000000` as `['1', 'a000', '0000']`: groups of four hex digits from the right, at least eight digits. */
export function digitGroups(address: bigint): string[] {
  const digits = address.toString(16).padStart(8, '0');
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 4)
    groups.unshift(digits.slice(Math.max(0, end - 4), end));
  return groups;
}

/** `1.39 MiB` with a thin space, for labels with little room. */
export function formatSizeBriefly(bytes: bigint): string {
  return formatSize(bytes).replace(' ', '\u2009');
}
