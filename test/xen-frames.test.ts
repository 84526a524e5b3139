// Who owns a frame after a boot, and Xen's arithmetic of ranges.

import { wordReasons } from '../server/src/xen/reasons.ts';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Range } from '../server/src/addresses/region.ts';
import type { BootProfile } from '../server/src/facts/boot-profile.ts';
import { newBootState, type BootModule, type BootState } from '../server/src/xen/boot-state.ts';
import { explainMfn } from '../server/src/xen/explain-mfn.ts';
import { parseRelease } from '../server/src/xen/releases.ts';
import { considerModules } from '../server/src/xen/steps/consider-modules.ts';
import { betweenModules, subtractRanges } from '../server/src/xen/steps/dt-unreserved-regions.ts';
import { addSpan, removeSpan, type RangeSet } from '../server/src/xen/steps/rangeset.ts';
import { textTree } from './support/source-tree.ts';
import { board, boot, CELLS, domain, inChosen } from './xen-refusals/board.ts';
import { factsOf } from './support/facts-of.ts';
import { World } from '../server/src/facts/world.ts';

const release = parseRelease('4.18');
assert.ok(release);

describe('a frame', () => {
  const profile: BootProfile = { config: { staticMemory: true, staticShm: true } };
  const text = inChosen(
    domain(
      `cpus = <1>; memory = <0 0x8000>; xen,static-mem = <0 0xb0000000 0 0x2000000>;
       s { compatible = "xen,domain-shared-memory-v1"; xen,shm-id = "a";
         xen,shared-mem = <0 0xb8000000 0 0xb8000000 0 0x1000>; };`,
    ),
  )
    .replace('dom0_mem=512M', 'dom0_mem=64M')
    .replace(
      /\tpsci \{/,
      `\treserved-memory { ${CELLS} ranges;
         r@b4000000 { reg = <0 0xb4000000 0 0x2000>; status = "disabled"; };
         far@d0000000 { reg = <0 0xd0000000 0 0x1000>; };
       };
       psci {`,
    );
  /** The frame's address; then its row, who owns it, how dom0 reaches it and by which node, who says it is RAM. */
  const cases: readonly (readonly [string, string, string])[] = [
    ['0x54000000', 'dom0-bank 0 [54000000, 58000000)', 'dom0, ram, memory@54000000'],
    ['0x57fff000', 'dom0-bank 0 [54000000, 58000000)', 'dom0, ram, memory@54000000'],
    ['0x58000000', 'heap [50100000, b0000000)', 'xen, no'],
    ['0x53fff000', 'heap [50100000, b0000000)', 'xen, no'],
    ['0x40200000', 'module 0 Xen [40200000, 403500c8)', 'xen, no'],
    ['0x40350000', 'module 0 Xen [40200000, 403500c8)', 'xen, no'],
    ['0x50000000', 'module 2 Kernel [50000000, 50100000) /chosen/domU1/module@50000000', 'xen, no'],
    ['0xb0000000', 'reserved static-mem 0 [b0000000, b2000000) /chosen/domU1', 'domain, no'],
    ['0xb8000000', 'reserved shared-mem 1 [b8000000, b8001000) /chosen/domU1/s', 'domain, no'],
    [
      '0xb4001000',
      'reserved reserved-memory 2 [b4000000, b4002000) /reserved-memory/r@b4000000',
      'nobody, device, /reserved-memory/r@b4000000, memory@b4000000, its status is "disabled", so Linux ignores it, d0v0: Failing to acquire the MFN 0xb4001',
    ],
    ['0xb4002000', 'heap [b4002000, b8000000)', 'xen, no'],
    [
      '0xd0000000',
      'reserved reserved-memory 3 [d0000000, d0001000) /reserved-memory/far@d0000000',
      'nobody, device, /reserved-memory/far@d0000000, memory@b4000000, d0v0: Invalid MFN 0xd0000',
    ],
    ['0x9010000', 'outside', 'nobody, device, /pl031@9010000, d0v0: Invalid MFN 0x9010'],
    ['0x9011000', 'outside', 'nobody, no'],
    ['0x900f000', 'outside', 'nobody, no'],
  ];
  for (const [address, row, rest] of cases)
    it(`at ${address} is of ${rest.split(',')[0]}`, () => {
      const found = explainMfn(boot(text, '4.18', profile), BigInt(address) >> 12n);
      assert.equal(found.address, BigInt(address));
      const hex = ({ start, end }: Range): string => `[${start.toString(16)}, ${end.toString(16)})`;
      const at = found.row;
      const told = [
        at.kind,
        'reserved' in at ? at.reserved : undefined,
        'index' in at ? at.index : undefined,
        'name' in at ? at.name : undefined,
        'range' in at ? hex(at.range) : undefined,
        'node' in at ? at.node?.path : undefined,
      ];
      assert.equal(told.filter((each) => each !== undefined).join(' '), row);
      const { owner, mapped, mappedBy, toldBy, linuxUsesBecause, line } = found;
      const uses = linuxUsesBecause && wordReasons([linuxUsesBecause]);
      const facts = [owner, mapped, mappedBy?.path, toldBy, uses, line];
      assert.equal(facts.filter((each) => each !== undefined).join(', '), rest);
    });

  it('of a static heap is of Xen, and RAM beside it is of nobody', () => {
    const booted = boot(
      board
        .replace('dom0_mem=512M', 'dom0_mem=64M')
        .replace(/\t\tmodule@48/, 'xen,static-heap = <0 0xb0000000 0 0x10000000>;\n$&'),
      '4.18',
      profile,
    );
    const owner = (address: bigint): string => {
      const { row, owner: of, valid } = explainMfn(booted, address >> 12n);
      return `${row.kind} ${of} ${valid}`;
    };
    assert.equal(owner(0xb0000000n), 'reserved xen true');
    assert.equal(owner(0x90000000n), 'ram nobody true');
    assert.equal(owner(0xc0000000n), 'outside nobody false');
  });

  it('of a blob that Xen cannot use is of nobody at all', () => {
    const booted = boot(board, '4.18', { dtb: { address: 4n } });
    const { row, owner, mapped, toldBy } = explainMfn(booted, 0x40000n);
    assert.deepEqual(
      [row, owner, mapped, toldBy],
      [{ kind: 'outside' }, 'nobody', 'no', undefined],
    );
  });
});

const SIZE = 24;
const small = fc.integer({ min: 0, max: SIZE - 1 });
const pair = fc
  .tuple(small, small)
  .map(([a, b]) => ({ start: BigInt(Math.min(a, b)), end: BigInt(Math.max(a, b)) }));
const inSpans = (set: RangeSet, at: bigint): boolean =>
  set.some(({ start, end }) => start <= at && at <= end);
const inRanges = (set: readonly Range[], at: bigint): boolean =>
  set.some(({ start, end }) => start <= at && at < end);
const everyNumber = Array.from({ length: SIZE + 2 }, (_, at) => BigInt(at));

describe('ranges as Xen counts them', () => {
  it('a set of spans holds what was added and not taken out since, in disjoint spans that do not touch', () => {
    const step = fc.record({ add: fc.boolean(), span: pair });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const set: RangeSet = [];
        const known = new Set<bigint>();
        for (const { add, span } of steps) {
          if (add) addSpan(set, span.start, span.end);
          else removeSpan(set, span.start, span.end, 'none');
          for (let at = span.start; at <= span.end; at += 1n)
            if (add) known.add(at);
            else known.delete(at);
          for (const at of everyNumber) assert.equal(inSpans(set, at), known.has(at), `at ${at}`);
          for (const [index, each] of set.entries()) {
            const before = set[index - 1];
            assert.ok(each.start <= each.end);
            assert.ok(!before || before.end < each.start);
          }
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it('spans that touch become one', () => {
    const set: RangeSet = [];
    for (const [start, end] of [
      [8n, 9n],
      [0n, 3n],
      [6n, 7n],
      [4n, 4n],
    ] as const)
      addSpan(set, start, end);
    assert.deepEqual(set, [
      { start: 0n, end: 4n },
      { start: 6n, end: 9n },
    ]);
  });

  it('nothing taken out changes nothing', () => {
    const set: RangeSet = [{ start: 2n, end: 5n }];
    removeSpan(set, 4n, 3n, 'grows');
    assert.deepEqual(set, [{ start: 2n, end: 5n }]);
  });

  it('taking out from a gap into the next span makes the one below grow, in releases before the fix', () => {
    const after = (fault: 'grows' | 'none', start: bigint, end: bigint): RangeSet => {
      const set: RangeSet = [
        { start: 0n, end: 3n },
        { start: 10n, end: 13n },
        { start: 20n, end: 23n },
      ];
      removeSpan(set, start, end, fault);
      return set;
    };
    const rest = { start: 20n, end: 23n };
    assert.deepEqual(after('grows', 6n, 11n), [
      { start: 0n, end: 5n },
      { start: 12n, end: 13n },
      rest,
    ]);
    assert.deepEqual(after('none', 6n, 11n), [
      { start: 0n, end: 3n },
      { start: 12n, end: 13n },
      rest,
    ]);
    assert.deepEqual(after('grows', 6n, 13n), [{ start: 0n, end: 5n }, rest]);
    assert.deepEqual(after('grows', 6n, 8n), [
      { start: 0n, end: 3n },
      { start: 10n, end: 13n },
      rest,
    ]);
    assert.deepEqual(after('grows', 2n, 21n), [
      { start: 0n, end: 1n },
      { start: 22n, end: 23n },
    ]);
  });

  it('what is left of a range is what nothing takes, ascending', () => {
    fc.assert(
      fc.property(pair, fc.array(pair, { maxLength: 6 }), (range, taken) => {
        const left = subtractRanges(range, taken);
        for (const at of everyNumber)
          assert.equal(inRanges(left, at), inRanges([range], at) && !inRanges(taken, at));
        for (const [index, { start, end }] of left.entries()) {
          assert.ok(start < end);
          assert.ok((left[index - 1]?.end ?? -1n) < start);
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  const moduleAt = (start: bigint, size: bigint): BootModule => ({
    ...{ kind: 'Unknown', node: undefined, written: undefined, domU: false, assumed: false },
    ...{ start, size },
  });
  let empty: BootState;
  before(() => {
    const tree = textTree('/dts-v1/; / { };');
    empty = newBootState(tree, release, new World(factsOf(tree, {}, 0n)));
  });
  const stateWith = (modules: readonly Range[], reserved: readonly Range[] = []): BootState => ({
    ...empty,
    modules: modules.map(({ start, end }) => moduleAt(start, end - start)),
    reserved: reserved.map(({ start, end }) => ({
      ...{ start, size: end - start, node: undefined, written: undefined },
      ...{ kind: 'reserved-memory', sharedId: '' },
    })),
  });
  const spans = (...bounds: readonly (readonly [number, number])[]): Range[] =>
    bounds.map(([start, end]) => ({ start: BigInt(start), end: BigInt(end) }));

  it('a bank is cut at its modules, but a module that begins inside another is not seen', () => {
    const cut = (...modules: readonly (readonly [number, number])[]): Range[] =>
      betweenModules(stateWith(spans(...modules)), { start: 10n, end: 20n });
    assert.deepEqual(cut(), spans([10, 20]));
    assert.deepEqual(cut([12, 14], [16, 17]), spans([10, 12], [14, 16], [17, 20]));
    assert.deepEqual(cut([16, 17], [12, 14]), spans([10, 12], [14, 16], [17, 20]));
    assert.deepEqual(cut([12, 16], [14, 18]), spans([10, 12], [16, 20]));
    assert.deepEqual(cut([10, 12]), spans([12, 20]));
    assert.deepEqual(cut([18, 20]), spans([10, 18]));
    assert.deepEqual(cut([18, 30]), spans([10, 18]));
    assert.deepEqual(cut([8, 12]), spans([10, 20]));
    assert.deepEqual(cut([20, 22]), spans([10, 20]));
    assert.deepEqual(cut([25, 26]), spans([10, 20]));
    assert.deepEqual(cut([12, 12], [14, 15]), spans([10, 14], [15, 20]));
    assert.deepEqual(cut([12, 14], [14, 16]), spans([10, 12], [16, 20]));
  });

  it('the highest hole avoids modules and reservations', () => {
    const bank = { start: 0n, end: 24n };
    fc.assert(
      fc.property(
        fc.array(pair, { maxLength: 4 }),
        fc.array(pair, { maxLength: 3 }),
        fc.integer({ min: 1, max: 12 }),
        (modules, reserved, length) => {
          const size = BigInt(length);
          // Without size, a range is in nobody's way.
          const taken = [...modules, ...reserved].filter(({ start, end }) => end > start);
          const state = stateWith(
            modules.filter(({ start, end }) => end > start),
            reserved.filter(({ start, end }) => end > start),
          );
          let expected: bigint | undefined;
          for (let end = size; end <= bank.end; end += 1n)
            if (!taken.some((each) => each.start < end && end - size < each.end)) expected = end;
          assert.equal(considerModules(state, bank, size, 1n), expected);
        },
      ),
      { numRuns: 2000, seed: 1 },
    );
  });

  it('the ends of a hole are aligned', () => {
    const hole = (size: bigint, ...modules: readonly (readonly [number, number])[]): unknown =>
      considerModules(stateWith(spans(...modules)), { start: 1n, end: 63n }, size, 8n);
    assert.equal(hole(8n), 56n);
    assert.equal(hole(48n), 56n);
    assert.equal(hole(49n), undefined);
    assert.equal(hole(8n, [41, 60]), 40n);
    assert.equal(hole(8n, [40, 60]), 40n);
    assert.equal(hole(8n, [56, 60]), 56n);
    assert.equal(hole(8n, [48, 49]), 48n);
    assert.equal(hole(8n, [9, 55]), undefined);
    assert.equal(hole(8n, [16, 48]), 56n);
    assert.equal(hole(8n, [16, 56]), 16n);
  });
});
