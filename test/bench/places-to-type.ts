// Where keys are measured: places of one board whose edits reach different parts of the pipeline.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defaultTargets } from '../../server/src/systems/targets.ts';
import { kernelIncludePaths, kernelTree } from '../oracle/kernel-tree.ts';
import { inProcess } from './in-process.ts';

/** What is typed into; `shared` is the file that most boards include, opened by itself. */
export const KINDS = ['reserved', 'device', 'macro', 'comment', 'include', 'shared'] as const;
export type Kind = (typeof KINDS)[number];

export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  reserved: 'a `reg` of `/reserved-memory`, else of memory',
  device: "a device's property",
  macro: "a macro's argument",
  comment: 'a comment',
  include: 'the name of an include',
  shared: 'a `.dtsi` of many boards',
};

export interface PlaceToType {
  readonly kind: Kind;
  /** Absolute. */
  readonly file: string;
  /** Where the cursor stands, 0-based, in UTF-16 units. */
  readonly line: number;
  readonly character: number;
  /** What may be typed there. */
  readonly keys: string;
}

const DIGITS = '1234567';
const LETTERS = 'abcdefg';

// Each ends where the cursor stands. Digits go to the end of a short number, so that it stays one of 32 bits.
const CELL = String.raw`(?:0x[\da-f]{1,4}|\d{1,4})(?=[\s>])`;
const PATTERNS: Readonly<Record<Kind, readonly RegExp[]>> = {
  reserved: [
    new RegExp(String.raw`\breserved-memory\s*\{[\s\S]*?\breg\s*=\s*<\s*${CELL}`, 'i'),
    new RegExp(String.raw`\n\s*memory(?:@\w+)?\s*\{[^}]*?\breg\s*=\s*<\s*${CELL}`, 'i'),
  ],
  device: [
    new RegExp(String.raw`\n&\w+\s*\{[^{}]*?\n\s+(?!reg\b|#)[\w,-]+\s*=\s*<\s*${CELL}`, 'i'),
    new RegExp(String.raw`\n\s+(?!reg\b|#)[\w,-]+\s*=\s*<\s*${CELL}`, 'i'),
  ],
  macro: [/\n[^#\n]*\b[A-Z][A-Z\d_]+\(\s*(?:0x[\da-f]{1,4}|\d{1,4})(?=[,)])/],
  comment: [/\n\s*\/\*[^*\n]*[a-z](?=[^*]*\*\/)/, /\/\*[\s*]*[^*\n]*[a-z](?=[^*]*\*\/)/],
  include: [/\n#include "[\w./-]+(?=\.dtsi")/],
  shared: [new RegExp(String.raw`\n\s+(?!reg\b|#)[\w,-]+\s*=\s*<\s*${CELL}`, 'i')],
};

/** The places of a board (a path below the kernel tree), at most one of each kind; a board has not all of them. */
export function placesToType(board: string): readonly PlaceToType[] {
  const root = path.join(kernelTree(), board);
  const analysis = inProcess(defaultTargets, kernelIncludePaths(root)).analyze(root);
  if (analysis.kind !== 'complete') throw new Error(`${board}: ${analysis.kind}`);
  const files = [
    ...new Set([root, ...analysis.board.sources.flatMap((source) => source.files)]),
  ].filter((file) => /\.dtsi?$/.test(file));
  return KINDS.flatMap((kind) => {
    // The file of the SoC, which is the longest.
    const among = kind === 'shared' ? [longest(files.slice(1))] : files;
    const place = PATTERNS[kind]
      .flatMap((pattern) => among.flatMap((file) => placeIn(file, pattern) ?? []))
      .at(0);
    return place ? [{ ...place, kind, keys: keysOf(kind) }] : [];
  });
}

/** The first number in cells of the board's own file, else its last string: what any server for devicetrees reads. */
export function placeInRoot(board: string): PlaceToType {
  const root = path.join(kernelTree(), board);
  const cell = placeIn(root, new RegExp(`=\\s*<\\s*${CELL}`, 'i'));
  const place = cell ?? placeIn(root, /[^]*"[\w,. -]+(?=";)/);
  if (!place) throw new Error(`${board}: no number in cells and no string`);
  return { ...place, kind: 'device', keys: cell ? DIGITS : LETTERS };
}

function keysOf(kind: Kind): string {
  return kind === 'comment' || kind === 'include' ? LETTERS : DIGITS;
}

function longest(files: readonly string[]): string {
  const sizes = files.map((file) => ({ file, size: readFileSync(file).length }));
  return sizes.reduce((most, each) => (each.size > most.size ? each : most)).file;
}

function placeIn(
  file: string,
  pattern: RegExp,
): Pick<PlaceToType, 'file' | 'line' | 'character'> | undefined {
  const text = readFileSync(file, 'utf8');
  const found = pattern.exec(text);
  if (!found) return undefined;
  const lines = text.slice(0, found.index + found[0].length).split('\n');
  return { file, line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}
