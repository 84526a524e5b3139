// The catalogue of Xen's messages against its real console: what is printed is read back, and every line about memory of
// every recording is one message.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { writeDtb } from '../../server/src/dtb/write-dtb.ts';
import { type Value } from '../../server/src/messages/field.ts';
import { collapse, fieldNames, printForm, type Facts } from '../../server/src/messages/form.ts';
import { findMessages, formOf, formsOf, type Message } from '../../server/src/messages/message.ts';
import { linuxMessages } from '../../server/src/linux/messages.ts';
import { behavioursOf } from '../../server/src/xen/behaviours.ts';
import { bootXen } from '../../server/src/xen/boot.ts';
import { xenMessages } from '../../server/src/xen/messages.ts';
import { sourceTree } from '../support/source-tree.ts';
import { readRecordings, xenLines } from '../support/xen-recordings.ts';
import { factsOf } from '../support/facts-of.ts';

const root = path.join(import.meta.dirname, '../..');

/** DTMAP_XEN_BOOTS names another folder of recordings. */
const folder = process.env['DTMAP_XEN_BOOTS'] ?? path.join(root, 'test/fixtures/xen-boots');

const xen: Readonly<Record<string, Message>> = xenMessages;

/** The ids of all entries of which `text` is a message as a whole. */
function entriesOf(text: string): readonly string[] {
  return Object.entries(xen).flatMap(([id, message]) =>
    findMessages({ [id]: message }, text).length > 0 ? [id] : [],
  );
}

/** A line without its numbers. */
function shapeOf(text: string): string {
  return text.replace(/[0-9a-f]*[0-9][0-9a-f]*/g, '#');
}

/** Whether no line of that shape was seen before. */
function isNew(text: string, shapes: Set<string>): boolean {
  const shape = shapeOf(text);
  return !shapes.has(shape) && shapes.add(shape) === shapes;
}

/** Words by which a line of Xen may be about memory. */
const ABOUT_MEMORY =
  /\b(?:RAM|mem|memory|heap|bank|MFN|GFN|GPA|gpa|regions?|RESVD|modules?|MODULE|frametable|frames?|PFN|P2M|pages?|alloc\w*|mappings?|mapped|map|reserved|DTB|FDT|fdt|initrd|zImage|ramdisk|kernel|domain)\b/;

/** Lines with such a word that are about something else. */
const ABOUT_ELSE: readonly RegExp[] = [
  /^Memory Model Features: /,
  /^- .* -$/,
  /security operation with the dummy one\.$/,
  /^CPU\d+: Guest atomics will try /,
  /^Xen version /,
  /^Allocating PPI \d+ for event channel interrupt$/,
  /^Allocated console ring of /,
  /^Booting using Device Tree$/,
  /redistributor (?:in )?region|^- region \d+: |vGIC[DR]: /,
  // What Xen was at when it crashed.
  /^(?:PC: |\[<[0-9a-f]+>\] )/,
  // A domain's console.
  /^\[ *\d+\.\d+\] /,
];

interface Console {
  readonly name: string;
  readonly lines: readonly string[];
}

describe('messages of Xen', function () {
  this.timeout(600_000);
  const recordings = readRecordings(folder);

  it('are read back as they were printed, by one entry each', () => {
    const seen = new Map<string, number>();
    const shapes = new Set<string>();
    const wrong: string[] = [];
    const boards = new Map<string, typeof recordings>();
    for (const each of recordings)
      boards.set(each.board, [...(boards.get(each.board) ?? []), each]);
    for (const [board, boots] of boards) {
      const { tree } = sourceTree(path.join(folder, board, 'board.dts'));
      const totalSize = BigInt(writeDtb(tree).length);
      for (const { release, profile } of boots) {
        const boot = bootXen(tree, release, factsOf(tree, profile, totalSize));
        const does = behavioursOf(release);
        const { outcome } = boot;
        const last = 'line' in outcome && outcome.line ? [outcome.line] : [];
        for (const line of [...boot.log, ...last]) {
          for (const { id } of line.events) seen.set(id, (seen.get(id) ?? 0) + 1);
          const found = findMessages(xen, line.text);
          const told = line.events.map(({ id, facts }) => [id, shownFacts(id, facts, does)]);
          const read = found.map(({ id, facts }) => [id, facts]);
          try {
            assert.deepEqual(read, told);
            if (line.events.length === 1 && isNew(line.text, shapes))
              assert.deepEqual(entriesOf(line.text), [found[0]?.id]);
          } catch (error) {
            wrong.push(`${board}/${release.name}: ${line.text}: ${String(error).slice(0, 400)}`);
          }
        }
      }
    }
    console.log(`      ${seen.size} messages in ${recordings.length} boots`);
    assert.deepEqual([...new Set(wrong)].slice(0, 20), []);
    assert.ok(seen.size > 40);
  });

  /** Lines about memory that no entry, or more than one, understands: by their shape, with the recording. */
  function notUnderstood(consoles: readonly Console[]): { about: number; unknown: string[] } {
    const unknown = new Map<string, string>();
    const shapes = new Set<string>();
    let about = 0;
    for (const { name, lines } of consoles)
      for (const line of lines) {
        const text = collapse(line);
        if (!ABOUT_MEMORY.test(text)) continue;
        const found = findMessages(xen, text);
        if (found.length === 0 && ABOUT_ELSE.some((pattern) => pattern.test(text))) continue;
        about += 1;
        if (found.length > 1 || !isNew(text, shapes)) continue;
        const entries = entriesOf(text);
        if (entries.length !== 1) unknown.set(`${entries.join(' and ')}: ${shapeOf(text)}`, name);
      }
    return { about, unknown: [...unknown].map(([text, where]) => `${where}: ${text}`) };
  }

  it('are all that real consoles say of memory', () => {
    const { about, unknown } = notUnderstood(
      recordings.map(({ board, build, lines }) => ({ name: `${board}/${build}`, lines })),
    );
    console.log(`      ${about} lines about memory in ${recordings.length} recordings`);
    assert.deepEqual(unknown.slice(0, 40), []);
    assert.ok(about > 1000);
  });

  // More recordings than the repository has, where somebody keeps them beside it.
  const more = path.join(import.meta.dirname, '../../../shared/xen-boots-2');
  if (existsSync(more))
    it('are all that the other recordings say of memory', () => {
      const logs = readdirSync(more, { recursive: true, encoding: 'utf8' }).filter((file) =>
        file.endsWith('xen.log'),
      );
      const { about, unknown } = notUnderstood(
        logs.map((name) => ({ name, lines: xenLines(path.join(more, name)) })),
      );
      console.log(`      ${about} lines about memory in ${logs.length} other recordings`);
      assert.deepEqual(unknown.slice(0, 40), []);
    });

  it('are printed in every form by some release', () => {
    const unused = Object.entries(xen).flatMap(([id, message]) => {
      if (typeof message.form === 'string') return [];
      const forms = Object.values(message.form.forms);
      const printed = new Set(releases().map((does) => formOf(message, does)));
      return forms.filter((form) => !printed.has(form)).map((form) => `${id}: ${form}`);
    });
    assert.deepEqual(unused, []);
  });
});

/** A value of each format that a line of Linux has. */
const SAMPLES: Readonly<Partial<Record<string, Value>>> = {
  paddr0x: 0x40000000n,
  hex0x: 0x40000000n,
  physical: 0x40000000n,
  dec: 7,
  word: 'word',
  name: 'pool@40000000',
  text: 'mmc fe340000.mmc',
};

describe('messages of Linux', () => {
  const linux: Readonly<Record<string, Message>> = linuxMessages;

  for (const [id, message] of Object.entries(linux))
    it(`${id} is read back as it was printed`, () => {
      for (const form of formsOf(message)) {
        const facts = Object.fromEntries(
          [...form.matchAll(/\{(\w+):(\w+)\}/g)].map(([, name = '', format = '']) => [
            name,
            SAMPLES[format],
          ]),
        );
        assert.ok(
          Object.values(facts).every((value) => value !== undefined),
          form,
        );
        const text = printForm(form, facts as Facts);
        const [found, ...more] = findMessages(linux, text);
        assert.deepEqual([found?.id, more], [id, []], text);
        // The tail of a line is not told.
        assert.deepEqual(
          { ...facts, ...found?.facts, rest: facts['rest'] },
          { rest: undefined, ...facts },
          text,
        );
      }
    });

  it('tell a bounce buffer from one that is missing', () => {
    const lines = [
      'software IO TLB: mapped [mem 0x000000002c000000-0x0000000030000000] (64MB)',
      'software IO TLB [mem 0x2c000000-0x30000000] (64MB) mapped at [(____ptrval____)-(____ptrval____)]',
      'software IO TLB: area num 4.',
      'software IO TLB: SWIOTLB bounce buffer size roundup to 2MB',
      'software IO TLB: only able to allocate 4 MB',
      'software IO TLB: SWIOTLB bounce buffer size adjusted 32768 -> 512 slabs',
      'software IO TLB: Cannot allocate buffer',
      'software IO TLB: No low mem',
      'software IO TLB: swiotlb_init_remap: failed to allocate tlb structure',
      'software IO TLB: swiotlb_memblock_alloc: Failed to allocate 67108864 bytes tlb structure',
      'sdhci-iproc fe340000.mmc: swiotlb buffer is full (sz: 4096 bytes), total 0 (slots), used 0 (slots)',
      'ast 0000:07:00.0: swiotlb buffer is full (sz: 3145728 bytes), total 32768 (slots), used 0 (slots)',
    ];
    const found = lines.map((line) =>
      findMessages(linux, line).map(({ id, message, facts }) => {
        const meant = message.cases?.find(({ when }) => when(facts))?.id ?? id;
        return `${message.grade} ${meant}`;
      }),
    );
    assert.deepEqual(found, [
      ['fact swiotlb'],
      ['fact swiotlb'],
      ['fact swiotlb-areas'],
      ['fact swiotlb-size'],
      ['fact swiotlb-small'],
      ['fault swiotlb-shrunk'],
      ['fault swiotlb-failed'],
      ['fault swiotlb-failed'],
      ['fault swiotlb-not-allocated'],
      ['fault swiotlb-not-allocated'],
      ['fault swiotlb-missing'],
      ['fault swiotlb-full'],
    ]);
  });
});

describe('messages of Xen and Linux', () => {
  it('have a cause that names only their fields, and a fix unless they are facts', () => {
    const all: readonly (readonly [string, Message])[] = [
      ...Object.entries(xen),
      ...Object.entries<Message>(linuxMessages),
    ];
    for (const [id, message] of all) {
      const known = new Set(formsOf(message).flatMap(fieldNames));
      const meanings = [message, ...(message.cases ?? [])];
      for (const { cause, fix } of meanings) {
        for (const [, name = ''] of `${cause} ${fix ?? ''}`.matchAll(/\{(\w+)\}/g))
          assert.ok(known.has(name), `${id}: {${name}}`);
        assert.equal(fix === undefined, message.grade === 'fact', id);
      }
      assert.ok(message.address === undefined || known.has(message.address), id);
    }
  });
});

/** The facts that the form of the release shows. */
function shownFacts(id: string, facts: unknown, does: ReturnType<typeof behavioursOf>): Facts {
  const message = xen[id];
  assert.ok(message, id);
  const names = fieldNames(formOf(message, does));
  const shown = names.map((name) => {
    const value = (facts as Facts)[name] ?? '';
    return [name, typeof value === 'bigint' ? BigInt.asUintN(64, value) : value] as const;
  });
  // A command line that is not there cannot be told from one that is empty.
  return Object.fromEntries(shown.filter(([, value]) => value !== ''));
}

function releases(): readonly ReturnType<typeof behavioursOf>[] {
  const names = [
    '4.11.0',
    '4.12.0',
    '4.13.0',
    '4.16.0',
    '4.17.0',
    '4.18.0',
    '4.19.0',
    '4.21.0',
    '4.22.0',
  ];
  return names.flatMap((name) => {
    const [major = 0, minor = 0, point = 0] = name.split('.').map(Number);
    return [behavioursOf({ name, major, minor, point })];
  });
}
