// Inputs for fuzzing: texts and blobs of the fixtures with small damage, as values that fast-check can shrink.

import fc from 'fast-check';

/** One change of a text or blob; positions are fractions of its length, so that they mean something for any. */
export interface Damage {
  readonly kind: 'insert' | 'delete' | 'replace' | 'repeat' | 'splice' | 'number' | 'line';
  readonly at: number;
  readonly length: number;
  /** Which piece is inserted, or where in the other text a stretch is taken from. */
  readonly pick: number;
}

/** Which text of a corpus, and what is done to it. */
export interface Mutation {
  readonly base: number;
  readonly other: number;
  readonly damage: readonly Damage[];
}

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom(
    ...(['insert', 'insert', 'delete', 'replace', 'repeat', 'splice', 'number', 'line'] as const),
  ),
  at: fraction,
  length: fraction,
  pick: fraction,
});

/** Mutations of a corpus of `size` members; none, one or a few changes each. */
export function mutationsOf(size: number, most = 6): fc.Arbitrary<Mutation> {
  const member = fc.nat({ max: size - 1 });
  return fc.record({
    base: member,
    other: member,
    damage: fc.array(damage, { maxLength: most }),
  });
}

/** Numbers at which arithmetic goes wrong. */
export const numbers = [
  ...['0', '1', '-1', '2', '3', '4', '5', '7', '16', '255', '0xfff', '0x1000', '0x1001'],
  ...['0x7fffffff', '0x80000000', '0xffffffff', '0x100000000', '0x7fffffffffffffff'],
  ...['0x8000000000000000', '0xffffffffffffffff', '0xfffffffffffff000', '0x10000000000000000'],
  ...['4294967295', '18446744073709551615', '1e9', '00', '08', '0x', '1UL', '64', '500000'],
];

const NUMBER = /\b(?:0x[0-9a-f]+|\d+)\b/gi;

/** `texts[base]` after its damage. `pieces` are what fits into such a text. */
export function mutateText(
  { base, other, damage }: Mutation,
  texts: readonly string[],
  pieces: readonly string[],
): string {
  let text = texts[base] ?? '';
  const donor = texts[other] ?? '';
  for (const { kind, at, length, pick } of damage) {
    const from = Math.floor(at * (text.length + 1));
    const to = Math.min(text.length, from + 1 + Math.floor(length ** 4 * 300));
    const piece = pieces[Math.floor(pick * pieces.length)] ?? '';
    switch (kind) {
      case 'insert':
        text = text.slice(0, from) + piece + text.slice(from);
        break;
      case 'delete':
        text = text.slice(0, from) + text.slice(to);
        break;
      case 'replace':
        text = text.slice(0, from) + piece + text.slice(to);
        break;
      case 'repeat': {
        const times = 1 + Math.floor(pick ** 6 * 40);
        text = text.slice(0, to) + text.slice(from, to).repeat(times) + text.slice(to);
        break;
      }
      case 'splice': {
        const start = Math.floor(pick * donor.length);
        const taken = donor.slice(start, start + 1 + Math.floor(length ** 2 * 400));
        text = text.slice(0, from) + taken + text.slice(from);
        break;
      }
      case 'number': {
        const found = [...text.matchAll(NUMBER)];
        const match = found[Math.floor(at * found.length)];
        if (!match) break;
        const number = numbers[Math.floor(pick * numbers.length)] ?? '0';
        text = text.slice(0, match.index) + number + text.slice(match.index + match[0].length);
        break;
      }
      case 'line': {
        const lines = text.split('\n');
        const moved = lines.splice(Math.floor(at * lines.length), 1 + Math.floor(length ** 3 * 5));
        lines.splice(Math.floor(pick * (lines.length + 1)), 0, ...moved);
        text = lines.join('\n');
        break;
      }
    }
  }
  return text;
}

/** What a word of a blob is overwritten with. */
const words = [0, 1, 2, 3, 4, 8, 9, 16, 17, 40, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff];

/** `blobs[base]` after its damage. */
export function mutateBlob({ base, other, damage }: Mutation, blobs: readonly Buffer[]): Buffer {
  let blob: Buffer = Buffer.from(blobs[base] ?? []);
  const donor = blobs[other] ?? Buffer.alloc(0);
  for (const { kind, at, length, pick } of damage) {
    const from = Math.floor(at * blob.length);
    const to = Math.min(blob.length, from + 1 + Math.floor(length ** 4 * 64));
    switch (kind) {
      case 'insert':
      case 'splice': {
        const start = Math.floor(pick * donor.length) & ~3;
        const taken = donor.subarray(start, start + 4 + (Math.floor(length ** 2 * 100) & ~3));
        blob = Buffer.concat([blob.subarray(0, from & ~3), taken, blob.subarray(from & ~3)]);
        break;
      }
      case 'delete':
        blob = Buffer.concat([blob.subarray(0, from), blob.subarray(to)]);
        break;
      case 'repeat':
        blob = Buffer.concat([blob.subarray(0, to), blob.subarray(from & ~3)]);
        break;
      case 'line':
      case 'replace':
        if (blob.length > 0) blob[from] = Math.floor(pick * 256);
        break;
      case 'number':
        if (blob.length >= 4) {
          const word = words[Math.floor(pick * words.length)] ?? 0;
          blob.writeUInt32BE(word, Math.min(from & ~3, blob.length - 4));
        }
        break;
    }
  }
  // What is behind the header is looked at only when the sizes in it are believable.
  if (blob.length >= 40 && (damage.length & 1) === 0) blob.writeUInt32BE(blob.length, 4);
  return blob;
}
