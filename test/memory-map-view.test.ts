// The memory map view's model and drawing: what is in the picture, and that every text stands free inside its block.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createHash } from 'node:crypto';
import fastCheck from 'fast-check';
import { formatAddress } from '../server/src/addresses/format.ts';
import { contrast } from '../server/src/map-view/colour.ts';
import { drawHoverCard } from '../server/src/map-view/draw-hover-card.ts';
import {
  blockKey,
  drawHairline,
  drawMap,
  drawStandingParts,
  errorsUnder,
  writeMap,
  type Drawing,
  type TextBox,
} from '../server/src/map-view/draw-map.ts';
import {
  addressAt,
  chosenRelease,
  heightOf,
  lanesShown,
} from '../server/src/map-view/lay-out-map.ts';
import { matchQuery, readQuery } from '../server/src/map-view/look-up-map.ts';
import { withoutFolders, writeLonePage, type MapData } from '../server/src/map-view/map-page.ts';
import { isSameOwner } from '../server/src/map-view/same-owner.ts';
import type { MapBlock, MapModel, MapNote } from '../server/src/map-view/map-model.ts';
import {
  defaultThemes,
  paletteFor,
  type MapPalette,
  type ThemeColours,
  type ThemeKind,
} from '../server/src/map-view/map-palette.ts';
import { makeMapModel } from '../server/src/map-view/make-map-model.ts';
import type { Shape } from '../server/src/map-view/shape.ts';
import {
  disabledRegionBoard,
  domainsBoard,
  manyRegionsBoard,
  overlapBoard,
  unknownRamBoard,
  type Example,
} from './memory-map-boards.ts';
import { analyzeFile } from './support/analyze-file.ts';

function model(example: Example): MapModel {
  return makeMapModel(example.board, example.findings, { file: '/board/board.dts' });
}

function palette(kind: ThemeKind): MapPalette {
  return paletteFor(kind, defaultThemes[kind]);
}

const kinds = Object.keys(defaultThemes) as ThemeKind[];
const examples: Readonly<Record<string, MapModel>> = {
  'a disabled region': model(disabledRegionBoard()),
  'an overlap': model(overlapBoard()),
  domains: model(domainsBoard()),
  'unknown RAM': model(unknownRamBoard()),
  'many regions': model(manyRegionsBoard(60)),
};

/** Blocks as `label kind start-end`, for one lane of one release. */
function lane(shown: MapModel, id: string, release?: string): string[] {
  const found = shown.lanes.find(
    (each) => each.id === id && (release === undefined || each.release === release),
  );
  assert.ok(found, `no lane ${id}`);
  return found.blocks.map((block) => blockText(shown, block));
}

function blockText(shown: MapModel, block: MapBlock): string {
  return `${block.label} ${block.kind} ${shown.edges[block.from] ?? ''}-${shown.edges[block.to] ?? ''}`;
}

function* walk(shape: Shape): Generator<Shape> {
  yield shape;
  for (const child of shape.children ?? []) yield* walk(child);
}

function crossings(texts: readonly TextBox[]): string[] {
  const sorted = [...texts].sort((a, b) => a.top - b.top);
  const found: string[] = [];
  for (const [index, a] of sorted.entries())
    for (const b of sorted.slice(index + 1)) {
      if (b.top >= a.bottom) break;
      if (a.left < b.right && b.left < a.right) found.push(`"${a.text}" meets "${b.text}"`);
    }
  return found;
}

function escapes(texts: readonly TextBox[]): string[] {
  return texts.flatMap((text) => {
    const { inside } = text;
    if (!inside) return [];
    const isIn =
      text.left >= inside.x &&
      text.right <= inside.x + inside.width + 0.5 &&
      text.top >= inside.y - 0.5 &&
      text.bottom <= inside.y + inside.height + 0.5;
    return isIn ? [] : [`"${text.text}" leaves its block`];
  });
}

describe('memory map model', () => {
  const disabled = examples['a disabled region'] as MapModel;
  const overlap = examples['an overlap'] as MapModel;

  it('shows what each release makes of a disabled region', () => {
    const region = '0x1a0000000-0x1c0000000';
    assert.ok(lane(disabled, 'devicetree').includes(`npu_reserved disabled ${region}`));
    assert.ok(lane(disabled, 'xen', '4.18.6').includes(`not Xen’s reserved ${region}`));
    assert.ok(
      lane(disabled, 'dom0', '4.18.6').includes(`RAM that dom0 does not own fault ${region}`),
    );
    assert.ok(lane(disabled, 'xen', '4.22.0').includes('heap heap 0x1a0000000-0x300000000'));
    assert.ok(!lane(disabled, 'dom0', '4.22.0').some((each) => each.includes('fault')));
  });

  it('shows first the release with the gravest fault, there and on the whole board', () => {
    const chosen = (
      notes: readonly Partial<MapNote>[],
      wanted?: string,
      region?: number,
    ): string | undefined => {
      const some = disabled.notes[0] as MapNote;
      const made = notes.map((note) => ({ ...some, regions: [0], ...note }));
      return chosenRelease({ ...disabled, notes: made }, wanted, region);
    };
    const old = { targets: ['xen:4.18'], severity: 'error' } as const;
    const newest = { targets: ['xen:4.22.0'], severity: 'error' } as const;
    assert.equal(chosenRelease(disabled, undefined), '4.18.6');
    assert.equal(chosenRelease(disabled, '4.22.0'), '4.22.0');
    assert.equal(chosen([]), '4.22.0');
    assert.equal(chosen([old]), '4.18.6');
    assert.equal(chosen([old, newest]), '4.22.0');
    assert.equal(chosen([old, { ...newest, severity: 'warning' }]), '4.18.6');
    assert.equal(chosen([{ ...old, severity: 'information' }]), '4.22.0');
    for (const targets of [[], ['linux:6.12'], ['xen:4.1'], ['xen:4.18.6x']])
      assert.equal(chosen([{ ...old, targets }]), '4.22.0', targets.join());
    // What is hovered counts first: a fault elsewhere only where there is none.
    const both = [old, { ...newest, regions: [1] }];
    assert.equal(chosen(both, undefined, 0), '4.18.6');
    assert.equal(chosen(both, undefined, 1), '4.22.0');
    assert.equal(chosen([old], undefined, 1), '4.18.6');
    assert.equal(chosen([], 'nonsense'), '4.22.0');
    assert.equal(chosenRelease({ ...disabled, releases: [] }, undefined), undefined);
  });

  it('marks what differs between releases, and only that', () => {
    const differing = disabled.lanes.flatMap((each) =>
      each.blocks
        .filter((block) => block.differs)
        .map((block) => `${each.release ?? ''} ${block.label}`),
    );
    assert.deepEqual(differing, [
      '4.18.6 not Xen’s',
      '4.18.6 RAM that dom0 does not own',
      '4.22.0 heap',
    ]);
  });

  it('says where in a block the owner differs, when it is not all of it', () => {
    const heap = disabled.lanes
      .find((each) => each.id === 'xen' && each.release === '4.22.0')
      ?.blocks.find((block) => block.kind === 'heap' && block.differs);
    assert.ok(heap);
    assert.deepEqual(heap.differs, ['4.18.6']);
    assert.equal(blockText(disabled, heap), 'heap heap 0x1a0000000-0x300000000');
    assert.deepEqual(
      heap.differsAt?.map(({ from, to }) => [disabled.edges[from], disabled.edges[to]]),
      [['0x1a0000000', '0x1c0000000']],
    );
    // The same part of the other release is a block of its own, which differs whole.
    const kept = disabled.lanes
      .find((each) => each.id === 'xen' && each.release === '4.18.6')
      ?.blocks.find((block) => block.from === heap.differsAt?.[0]?.from);
    assert.deepEqual(kept?.differs, ['4.22.0']);
    assert.equal(kept.differsAt, undefined);
  });

  it('takes for one owner what a reader has for itself, and tells domains apart by name', () => {
    const block = (kind: MapBlock['kind'], label = ''): Pick<MapBlock, 'kind' | 'label'> => ({
      kind,
      label,
    });
    const same: [MapBlock['kind'], MapBlock['kind']][] = [
      ['xen', 'heap'],
      ['heap', 'module'],
      ['told', 'reserved'],
    ];
    for (const [a, b] of same) assert.ok(isSameOwner(block(a), block(b)), `${a} ${b}`);
    assert.ok(isSameOwner(block('dom0', 'BANK[0]'), block('dom0', 'BANK[1]')));
    assert.ok(isSameOwner(undefined, undefined));
    assert.ok(!isSameOwner(block('heap'), undefined));
    assert.ok(!isSameOwner(block('heap'), block('reserved')));
    assert.ok(!isSameOwner(block('heap'), block('lost')));
    assert.ok(!isSameOwner(block('domU1', 'given to a'), block('domU1', 'given to d')));
  });

  it('counts for each release the errors that it has, those of every reader among them', () => {
    assert.equal(errorsUnder(disabled, '4.18.6'), 1);
    assert.equal(errorsUnder(disabled, '4.22.0'), 0);
    const [error] = overlap.notes.filter(({ severity }) => severity === 'error');
    assert.ok(error);
    const counted = (targets: readonly string[]): number =>
      errorsUnder({ ...overlap, notes: [{ ...error, targets }] }, '4.22.0');
    assert.equal(counted([]), 1);
    assert.equal(counted(['xen:4.22']), 1);
    assert.equal(counted(['xen:4.18']), 0);
    assert.equal(counted(['linux:6.12']), 0);
  });

  it('is the same for every release where the axis is concerned', () => {
    const layouts = ['4.18.6', '4.22.0'].map(
      (release) =>
        drawMap(disabled, { width: 1000, height: 700, palette: palette('dark'), release }).layout,
    );
    assert.deepEqual(layouts[0]?.y, layouts[1]?.y);
    assert.deepEqual(
      layouts[0]?.lanes.map(({ x, width }) => [x, width]),
      layouts[1]?.lanes.map(({ x, width }) => [x, width]),
    );
  });

  it('finds collisions and both definitions of an override', () => {
    assert.equal(overlap.collisions.length, 1);
    const [collision] = overlap.collisions;
    assert.deepEqual(
      collision?.regions.map((index) => overlap.regions[index]?.name),
      ['modem_mem', 'network_fw_mem'],
    );
    assert.equal(overlap.edges[collision?.from ?? -1], '0x8b700000');
    assert.equal(overlap.edges[collision?.to ?? -1], '0x8b710000');
    const modem = overlap.regions.find((each) => each.name === 'modem_mem');
    assert.deepEqual(
      modem?.origins.map(
        ({ text, state, place }) => `${place?.name}:${place?.line} ${state} ${text}`,
      ),
      [
        'board.dts:28 overridden reg = <0x0 0x86000000 0x0 0x5700000>;',
        'board.dts:29 wins reg = <0x0 0x86000000 0x0 0x8c00000>;',
      ],
    );
  });

  it('says where a release stops, with its console line at the height of the cause', () => {
    const xen = overlap.lanes.find((each) => each.id === 'xen' && each.release === '4.22.0');
    assert.equal(xen?.stop?.title, 'Xen stops here');
    assert.match(xen?.stop?.log ?? '', /overlapping with bank\[7\]/);
    assert.equal(overlap.edges[xen?.stop?.at ?? -1], '0x8b700000');
    assert.deepEqual(xen?.differs, ['4.18.6']);
    const unread = lane(overlap, 'xen', '4.18.6').filter((each) => each.includes('unread'));
    assert.equal(unread.length, 8);
  });

  it('ties a finding to the bytes it is about', () => {
    const [note] = overlap.notes;
    assert.equal(overlap.edges[note?.range?.from ?? -1], '0x8b700000');
    assert.equal(overlap.edges[note?.range?.to ?? -1], '0x8b710000');
    assert.equal(disabled.notes[0]?.lane, 'dom0');
  });

  it('leaves RAM open when the tree does not say where it ends', () => {
    const unknown = examples['unknown RAM'] as MapModel;
    const tree = lane(unknown, 'devicetree');
    assert.ok(tree.at(-1)?.startsWith('RAM ends here or later unknown'));
    assert.ok(!tree.some((each) => each.startsWith('free')));
    assert.equal(unknown.collisions.length, 1, 'the collision does not depend on RAM');
    for (const release of ['4.18.6', '4.22.0'])
      assert.ok(lane(unknown, 'xen', release).some((each) => each.startsWith('RAM? unknown')));
    for (const each of unknown.lanes.filter(({ id }) => id === 'dom0'))
      assert.equal(each.stop?.title, 'not known');
    assert.ok(lane(unknown, 'linux:6.12').some((each) => each.startsWith('RAM? unknown')));
  });

  it('survives JSON', () => {
    for (const each of Object.values(examples))
      assert.deepEqual(JSON.parse(JSON.stringify(each)), each);
  });

  it('of a tree without memory is empty, with the reason', () => {
    const { board } = domainsBoard();
    const bare = makeMapModel(
      {
        ...board,
        map: { ...board.map, banks: [], reserved: [], ramKnown: false },
        boots: [],
      },
      [],
      { file: '/bare.dts' },
    );
    assert.match(bare.empty ?? '', /no memory node/);
    assert.deepEqual(bare.edges, []);
    const svg = writeMap(bare, { width: 600, height: 400, palette: palette('light') });
    assert.match(svg, /no memory node/);
  });
});

describe('memory map drawing', () => {
  for (const [name, shown] of Object.entries(examples))
    it(`of ${name} keeps every text free and inside its block`, () => {
      for (const width of [600, 700, 1000, 1360, 1640])
        for (const height of [420, 800, 1400])
          for (const release of shown.releases)
            for (const zoom of [1, 2.4]) {
              const drawn = drawMap(shown, {
                width,
                height,
                palette: palette('dark'),
                release,
                zoom,
              });
              const where = `${width}x${height} Xen ${release} zoom ${zoom}`;
              assert.deepEqual(crossings(drawn.texts), [], where);
              assert.deepEqual(escapes(drawn.texts), [], where);
              assert.ok(drawn.texts.length > 10, where);
            }
    });

  it('draws every collision, over the whole of what is shared, at least 33 px high', () => {
    for (const shown of Object.values(examples)) {
      const drawn = draw(shown, 600);
      const hazards = [...walk(drawn.body)].filter((each) => each.attributes['data-collision']);
      assert.equal(hazards.length, shown.collisions.length);
      for (const hazard of hazards)
        assert.ok(Number(hazard.children?.[0]?.attributes.height) >= 33);
    }
  });

  it('is deterministic', () => {
    const options = { width: 1360, height: 800, palette: palette('light') };
    for (const shown of Object.values(examples)) {
      const copy = JSON.parse(JSON.stringify(shown)) as MapModel;
      assert.equal(writeMap(shown, options), writeMap(copy, options));
    }
  });

  it('maps heights to addresses and back', () => {
    const { layout } = draw(examples['an overlap'] as MapModel, 1000);
    for (const address of [0x80000000n, 0x8b700000n, 0x8b708000n, 0xfe000000n, 0x17ffff000n]) {
      const y = heightOf(layout, address);
      const back = addressAt(layout, y + 0.01);
      const y2 = heightOf(layout, back);
      assert.ok(Math.abs(y - y2) < 1, `${address.toString(16)} at ${y} came back at ${y2}`);
    }
  });

  it('writes text that no reader takes for markup', () => {
    const shown = examples['an overlap'] as MapModel;
    const evil: MapModel = {
      ...shown,
      title: '<script>alert(1)</script>&"\u0000',
      regions: shown.regions.map((each) => ({ ...each, name: '"><img src=x onerror=y>' })),
    };
    const svg = writeMap(evil, { width: 900, height: 600, palette: palette('dark') });
    assert.ok(!svg.includes('<script'));
    assert.ok(!svg.includes('<img'));
    assert.ok(!svg.includes('\u0000'));
  });

  it('draws a window of many regions: no more than a few panes of elements', () => {
    const shown = model(manyRegionsBoard(2000));
    const near = draw(shown, 1360, 'near');
    const nodes = [...walk(near.body)].length;
    assert.ok(nodes < 4000, `${nodes} elements`);
    assert.ok(near.layout.contentHeight > 40000);
  });
});

describe('what is typed into the find box', () => {
  const shown = examples['a disabled region'] as MapModel;
  const found = (text: string): string => {
    const match = matchQuery(shown, '4.18.6', readQuery(text));
    if (match.kind === 'nothing') return 'nothing';
    if (match.kind === 'blocks') return `${match.keys.size} blocks`;
    return `${match.unit} ${formatAddress(match.address)}${match.isEither ? ' or not' : ''}`;
  };

  // RAM of this board: 0x20000000 to 0xbfffffff and 0x1a0000000 to 0x2ffffffff.
  for (const [text, where] of [
    ['0x1a02dc000', 'address 0x1a02dc000'],
    ['0x1_a02d_c000', 'address 0x1a02dc000'],
    ['1a02dc000', 'address 0x1a02dc000'],
    ['00000001a02dc000', 'address 0x1a02dc000'],
    ['  0X1A02DC000 ', 'address 0x1a02dc000'],
    // Too low for RAM as an address: a frame.
    ['0x1a02dc', 'frame 0x1a02dc000'],
    ['0x80200', 'frame 0x80200000'],
    ['80200', 'frame 0x80200000'],
    ['0x0000000000080200', 'frame 0x80200000'],
    ['0000000000080200', 'frame 0x80200000'],
    ['mfn 0x80200', 'frame 0x80200000'],
    ['MFN: 80200', 'frame 0x80200000'],
    ['gfn=0x80200', 'frame 0x80200000'],
    ['frame 0x80200', 'frame 0x80200000'],
    // Neither has an owner: it was an address.
    ['0x100', 'address 0x100'],
    ['0xffffffffffffffff', 'address 0xffffffffffffffff'],
    // Of a line the number is what it is called.
    ['(XEN) d0v0: Failing to acquire the MFN 0x40007', 'frame 0x40007000'],
    ['(XEN) RAM: 0000000040000000 - 00000000bfffffff', 'address 0x40000000'],
    ['at 0x80200', 'address 0x80200'],
    ['', 'nothing'],
    ['   ', 'nothing'],
    ['no such thing', '0 blocks'],
    ['0x12345678901234567', '0 blocks'],
    ['12345678901234567', '0 blocks'],
  ] as const)
    it(`"${text}" is ${where}`, () => {
      assert.equal(found(text), where);
    });

  it('a name comes before a number of the same letters', () => {
    const named: MapModel = {
      ...shown,
      regions: shown.regions.map((region, at) => (at === 0 ? { ...region, name: 'fade' } : region)),
      lanes: shown.lanes.map((each) => ({
        ...each,
        blocks: each.blocks.map((block) =>
          block.region === 0 ? { ...block, label: 'fade' } : block,
        ),
      })),
    };
    const match = matchQuery(named, '4.18.6', readQuery('fade'));
    assert.equal(match.kind, 'blocks');
    assert.ok(match.kind === 'blocks' && match.keys.size > 0);
  });

  it('says when both readings have an owner, and takes the address', () => {
    const low: MapModel = {
      ...shown,
      edges: ['0x0', '0x40000000'],
      segments: ['plain'],
      lanes: [],
    };
    const match = matchQuery(low, undefined, readQuery('0x3000'));
    assert.deepEqual(match, { kind: 'address', address: 0x3000n, unit: 'address', isEither: true });
  });
});

describe('memory map in a narrow panel', () => {
  const headsOf = (shown: MapModel, width: number): { x: number; names: string[] }[] => {
    const { heads, layout } = draw(shown, width);
    return layout.lanes.map(({ lane, x }) => {
      const head = [...walk(heads)].find((each) => each.key === `head:${lane.id}`);
      assert.ok(head);
      return { x, names: [...walk(head)].flatMap((each) => each.text ?? []) };
    });
  };

  for (const [name, shown] of Object.entries(examples))
    for (const width of [320, 400, 480, 600, 768, 1440])
      it(`keeps every column of ${name} and its whole name at ${width} px`, () => {
        const { layout } = draw(shown, width);
        for (const [at, { names }] of headsOf(shown, width).entries()) {
          const lane = layout.lanes[at]?.lane;
          assert.ok(names.join(' ').startsWith(lane?.name ?? '?'), names.join('|'));
        }
        assert.equal(layout.lanes.length, lanesShown(shown, {}).length);
        for (const [at, box] of layout.lanes.entries()) {
          assert.ok(box.width >= 20, `${box.lane.name} is ${box.width} px wide`);
          const next = layout.lanes[at + 1];
          assert.ok(!next || box.x + box.width < next.x, `${box.lane.name} stands free`);
        }
      });

  it('fits what people have, and says how wide the rest is', () => {
    const usual = draw(examples['a disabled region'] as MapModel, 320).layout;
    assert.ok(usual.right + usual.stripWidth <= 320);
    const shown = examples['a disabled region'] as MapModel;
    const [tree, ...readers] = shown.lanes;
    assert.ok(tree);
    const many = Array.from({ length: 4 }, (_, copy) =>
      readers.map((each) => ({ ...each, id: `${each.id}${copy}` })),
    ).flat();
    const wide = draw({ ...shown, lanes: [tree, ...many] }, 320).layout;
    assert.ok(wide.right + wide.stripWidth > 320);
    assert.ok(wide.lanes.every(({ width }) => width >= 20));
  });
});

describe('memory map as a page that opens alone', () => {
  const shown = examples['an overlap'] as MapModel;
  const digest = (text: string): string => createHash('sha256').update(text).digest('base64');
  const page = (more: Partial<MapModel> = {}, script = 'run();'): Promise<string> =>
    writeLonePage({ model: { ...shown, ...more }, script, digest, release: '4.22.0' });

  it('runs its own script, has its own style, and asks nobody for anything', async () => {
    const html = await page();
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    const [, style = ''] = /<style>([^]*)<\/style>/.exec(html) ?? [];
    assert.deepEqual(policy.split('; '), [
      "default-src 'none'",
      `style-src 'sha256-${digest(style)}'`,
      `script-src 'sha256-${digest('run();')}'`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    assert.doesNotMatch(html, /https?:|\bsrc=|\bhref=|url\(|@import|\son\w+=/);
    assert.equal(html, await page());
  });

  it('holds the map, without folders and ids of the machine it was made on', async () => {
    const html = await page({ file: '/home/someone/secret/board.dts' });
    assert.doesNotMatch(html, /\/home\/|\/board\//);
    const [, json = ''] = /id="map-data">([^<]*)<\/script>/.exec(html) ?? [];
    const { model: held, release } = JSON.parse(json) as MapData;
    assert.equal(release, '4.22.0');
    assert.deepEqual(held.lanes, withoutFolders(shown).lanes);
    assert.deepEqual(
      held.notes.map(({ text }) => text),
      shown.notes.map(({ text }) => text),
    );
    // What is told of is still told apart.
    assert.equal(new Set(held.notes.map(({ id }) => id)).size, held.notes.length);
  });

  for (const evil of [
    '</script><script>alert(1)</script>',
    '<!--<script>',
    '"><img src=x onerror=alert(1)>',
    '</title><svg onload=alert(1)>',
    '\u2028\u2029\u0000&lt;',
  ])
    it(`text that looks like ${JSON.stringify(evil)} stays text`, async () => {
      const regions = shown.regions.map((each) => ({ ...each, name: evil, flags: [evil] }));
      const notes = shown.notes.map((each) => ({ ...each, title: evil, text: evil, log: evil }));
      const html = await page({ title: evil, regions, notes });
      const plain = await page();
      const tags = (text: string): string[] => text.match(/<[!/a-z][^\s>]*/gi) ?? [];
      assert.deepEqual(tags(html), tags(plain));
      const [, json = ''] = /id="map-data">([^<]*)<\/script>/.exec(html) ?? [];
      assert.match(json, /^[\x20-\x7e]*$/);
      assert.equal((JSON.parse(json) as MapData).model.regions[0]?.name, evil);
    });

  it('refuses a script that would end its element, and leaves out what debuggers ask for', async () => {
    await assert.rejects(page({}, "x('</script>')"), /would end its element/);
    await assert.rejects(page({}, "x('<!-- ')"), /would end its element/);
    const html = await page({}, 'run();\n//# sourceMappingURL=webview.js.map\n');
    assert.doesNotMatch(html, /sourceMappingURL/);
  });
});

describe('memory map on a page', () => {
  const shown = examples['an overlap'] as MapModel;
  const tree = shown.lanes[0];
  const chosen = tree?.blocks.find((block) => block.kind === 'reserved');
  assert.ok(tree && chosen);
  const key = blockKey(shown, tree, chosen);
  const page = { width: 1000, height: 600, palette: palette('dark'), purpose: 'page' } as const;
  const options = (drawn: Drawing): Map<string, Shape> =>
    new Map(
      [...walk(drawn.body)].flatMap((each) =>
        typeof each.attributes['data-key'] === 'string'
          ? [[each.attributes['data-key'], each]]
          : [],
      ),
    );

  it('says which block is selected, frames it and shows it on the strip', () => {
    const plain = drawMap(shown, page);
    const selection = { lane: tree.id, key, from: chosen.from, to: chosen.to };
    const drawn = drawMap(shown, { ...page, selection });
    for (const [name, shape] of options(drawn)) {
      assert.equal(shape.attributes['aria-selected'], name === key ? 'true' : 'false');
      assert.equal(shape.attributes.tabindex, name === key ? 0 : -1);
    }
    const focused = (shape: Shape): number =>
      [...walk(shape)].filter(({ attributes }) =>
        [attributes.stroke, attributes.fill].includes(page.palette.focus),
      ).length;
    assert.equal(focused(plain.marks), 0);
    // Two lines and a frame; a ribbon and a bar.
    assert.equal(focused(drawn.marks), 3);
    assert.equal(focused(drawn.strip), 2);
    assert.deepEqual(drawStandingParts(shown, drawn.layout, { ...page, selection }), {
      heads: drawn.heads,
      strip: drawn.strip,
      marks: drawn.marks,
    });
    // A lane that another release does not have leaves the lines.
    const elsewhere = drawMap(shown, { ...page, selection: { ...selection, lane: 'none' } });
    assert.equal(focused(elsewhere.marks), 2);
  });

  it('steps back what a search does not match', () => {
    const drawn = drawMap(shown, { ...page, matches: new Set([key]) });
    const places = [...walk(drawn.body)].filter(({ attributes }) => attributes.class === 'place');
    assert.equal(places.length, options(drawn).size);
    for (const place of places)
      assert.equal(place.attributes.opacity, place.key === key ? undefined : 0.3);
  });

  it('shows an address that was looked up, and labels that scrolled away', () => {
    const drawn = drawMap(shown, { ...page, pin: 0x8b700000n, scrollTop: 120 });
    const marks = [...walk(drawn.marks)];
    assert.ok(marks.some((each) => each.key === 'pin'));
    const line = Math.round(heightOf(drawn.layout, 0x8b700000n));
    assert.ok(
      marks.some(
        (each) => each.attributes.y1 === line - 0.5 && each.attributes['stroke-width'] === 1.5,
      ),
    );
    const pointer = drawHairline(drawn, page, 0x8b700000n, 'pointer');
    assert.equal(pointer.children?.[0]?.attributes['stroke-dasharray'], '1 2');
  });

  it('draws outlines where colours are forced, and nothing where there is nothing', () => {
    const forced = palette('high-contrast');
    const outlined = (of: MapModel, dash: string | undefined): number =>
      [...walk(drawMap(of, { ...page, palette: forced }).body)].filter(
        ({ tag, attributes }) =>
          tag === 'rect' &&
          attributes.stroke !== undefined &&
          attributes.fill !== 'none' &&
          attributes['stroke-dasharray'] === dash,
      ).length;
    assert.ok(outlined(shown, undefined) >= shown.regions.length);
    // RAM that is not known is dotted.
    assert.ok(outlined(examples['unknown RAM'] as MapModel, '1 2') > 0);
    const empty: MapModel = {
      ...shown,
      edges: [],
      segments: [],
      lanes: [],
      banks: [],
      regions: [],
      collisions: [],
      notes: [],
      dynamic: [],
      empty: 'There is no memory.',
    };
    assert.match(writeMap(empty, page), /There is no memory\./);
  });
});

function draw(shown: MapModel, width: number, extent: 'whole' | 'near' = 'whole'): Drawing {
  return drawMap(shown, {
    width,
    height: 800,
    palette: palette('dark'),
    extent,
    purpose: 'page',
  });
}

describe('memory map colours', () => {
  const check = (kind: ThemeKind, theme: ThemeColours): void => {
    const made = paletteFor(kind, theme);
    for (const [name, paint] of Object.entries(made.blocks)) {
      const where = `${kind} ${name}`;
      assert.ok(contrast(paint.name, paint.fill) >= 4.5, `${where} name`);
      assert.ok(contrast(paint.size, paint.fill) >= 4.5, `${where} size`);
      if (name !== 'free' && name !== 'other')
        assert.ok(contrast(paint.spine, made.ground) >= 3, `${where} spine`);
    }
    assert.ok(contrast(made.text, made.ground) >= 4.5);
    assert.ok(contrast(made.dim, made.ground) >= 4.5);
    for (const graphic of [made.error, made.warning, made.focus, made.xen, made.reserved])
      assert.ok(contrast(graphic, made.ground) >= 3);
    assert.ok(contrast(made.onError, made.error) >= 4.5);
  };

  it('are readable in the default themes', () => {
    for (const kind of kinds) check(kind, defaultThemes[kind]);
  });

  it('are readable whatever a theme says', () => {
    const colour = fastCheck
      .integer({ min: 0, max: 0xffffff })
      .map((value) => `#${value.toString(16).padStart(6, '0')}`);
    const names = Object.keys(defaultThemes.dark) as (keyof ThemeColours)[];
    const theme = fastCheck.record(
      Object.fromEntries(names.map((name) => [name, colour])) as Record<
        keyof ThemeColours,
        typeof colour
      >,
    );
    fastCheck.assert(fastCheck.property(fastCheck.constantFrom(...kinds), theme, check), {
      numRuns: 300,
    });
  });
});

describe('hover card', () => {
  it('shows a region and its neighbours for every reader, behind its name, in about two kilobytes', () => {
    const shown = examples['an overlap'] as MapModel;
    const region = shown.regions.find((each) => each.name === 'network_fw_mem');
    assert.ok(region);
    const card = drawHoverCard(shown, region, { release: '4.18.6' });
    assert.deepEqual(card?.readers, ['Devicetree', 'Xen 4.18', 'dom0', 'Linux']);
    assert.ok(card.svg.length < 3000, `${card.svg.length} bytes`);
    assert.match(card.svg, /url\(#h\)/);
    assert.deepEqual(
      [...card.svg.matchAll(/<text [^>]*>([^<]*)/g)].map(([, text]) => text),
      card.readers,
    );
  });

  it('has names that can be read on what it stands on', () => {
    const shown = examples['an overlap'] as MapModel;
    const [region] = shown.regions;
    assert.ok(region);
    for (const [theme, background, least] of [
      ['dark', '#1f1f1f', 4.5],
      ['light', '#ffffff', 4.5],
      [undefined, '#1f1f1f', 3],
      [undefined, '#ffffff', 3],
    ] as const) {
      const card = drawHoverCard(shown, region, theme === undefined ? {} : { theme });
      const ink = /<g fill="(#[0-9a-f]{6})"/.exec(card?.svg ?? '')?.[1];
      assert.ok(ink !== undefined && contrast(ink, background) >= least, ink);
    }
  });

  it('exists for every region of every example and never contains a hazard without cause', () => {
    for (const shown of Object.values(examples))
      for (const region of shown.regions) {
        const card = drawHoverCard(shown, region);
        assert.ok(card?.svg.startsWith('<svg'), region.name);
      }
    const calm = examples.domains as MapModel;
    for (const region of calm.regions)
      assert.ok(!drawHoverCard(calm, region)?.svg.includes('url(#h)'));
  });
});

describe('memory map of a real board', () => {
  const file = path.join(import.meta.dirname, 'fixtures/memory-map/overridden.dts');
  let shown: MapModel;

  before(() => {
    const targets = new Map([['targets', 'xen:4.18 xen:4.22 linux:6.12']]);
    const { board, findings } = analyzeFile(file, targets);
    shown = makeMapModel(board, findings, { file });
  });

  it('has the collision that an override made, and both definitions', () => {
    assert.deepEqual(
      shown.collisions.map(({ from, to, regions }) => [
        ...[shown.edges[from], shown.edges[to]],
        ...regions.map((index) => shown.regions[index]?.name),
      ]),
      [['0x51800000', '0x51900000', 'modem', 'audio']],
    );
    const modem = shown.regions.find((region) => region.name === 'modem');
    assert.deepEqual(
      modem?.origins.map(({ place, state, text }) => `${place?.line ?? 0} ${state} ${text}`),
      [
        '19 overridden reg = <0x0 0x50000000 0x0 0x1000000>;',
        '60 wins reg = <0x0 0x50000000 0x0 0x2000000>;',
      ],
    );
    assert.deepEqual(modem.users, ['remoteproc']);
    assert.deepEqual(modem.flags, ['no-map']);
  });

  it('says what Xen 4.22 stops at, in its own words and at its height', () => {
    const xen = shown.lanes.find((each) => each.id === 'xen' && each.release === '4.22.0');
    assert.match(
      xen?.stop?.log ?? '',
      /overlapping with bank\[0\].*\nEarly FDT parsing failed \(-22\)/,
    );
    assert.ok(['0x50000000', '0x51800000'].includes(shown.edges[xen?.stop?.at ?? -1] ?? ''));
  });

  it('puts the error beside the bytes it is about', () => {
    const note = shown.notes.find((each) => each.rule === 'reserved-overlap');
    assert.equal(shown.edges[note?.range?.from ?? -1], '0x51800000');
    assert.equal(shown.edges[note?.range?.to ?? -1], '0x51900000');
  });

  it('keeps every text free and inside its block', () => {
    for (const width of [600, 1000, 1360])
      for (const release of shown.releases) {
        const drawn = drawMap(shown, {
          width,
          height: 700,
          palette: palette('light'),
          release,
        });
        assert.deepEqual(crossings(drawn.texts), []);
        assert.deepEqual(escapes(drawn.texts), []);
      }
  });

  it('is the picture that was looked at and found right', () => {
    const svg = writeMap(shown, {
      width: 900,
      height: 560,
      palette: palette('light'),
      release: '4.22.0',
    }).replaceAll('><', '>\n<');
    const golden = path.join(path.dirname(file), 'overridden.svg');
    if (process.env['UPDATE'] === '1') writeFileSync(golden, `${svg}\n`);
    assert.equal(`${svg}\n`, readFileSync(golden, 'utf8'));
  });
});
