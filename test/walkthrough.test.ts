// The pictures of "Get started" are what the tool makes of the sample board; UPDATE=1 draws them anew.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { predictedLog } from '../server/src/ide/boot-log.ts';
import { drawHoverCard } from '../server/src/map-view/draw-hover-card.ts';
import { writeMap } from '../server/src/map-view/draw-map.ts';
import type { MapModel } from '../server/src/map-view/map-model.ts';
import { defaultThemes, paletteFor } from '../server/src/map-view/map-palette.ts';
import { makeMapModel } from '../server/src/map-view/make-map-model.ts';
import { verdictsFor } from '../server/src/systems/verdicts-for.ts';
import { labelLines } from '../server/src/rules/target-lines.ts';
import { analyzeFile, type AnalyzedFile } from './support/analyze-file.ts';
import { xenBoots } from '../server/src/xen/xen-boots.ts';

const root = path.resolve(import.meta.dirname, '..');
const sample = path.join(root, 'client/sample/board.dts');
const folder = path.join(root, 'client/walkthrough');

type Draw = (shown: AnalyzedFile, model: MapModel) => string | Promise<string>;

const pictures: Readonly<Record<string, Draw>> = {
  'memory-map.svg': (_, model) =>
    writeMap(model, {
      width: 700,
      height: 560,
      palette: paletteFor('light', defaultThemes.light),
      release: '4.18.6',
    }).replaceAll('><', '>\n<'),

  'hover-card.svg': (_, model) => {
    const region = model.regions.find(({ name }) => name === 'camera@64000000');
    const card = region && drawHoverCard(model, region);
    assert.ok(card);
    return card.svg.replaceAll('><', '>\n<');
  },

  'findings.md': async ({ findings, fixesOf }) => {
    const errors = findings.filter(({ severity }) => severity === 'error');
    const blocks = errors.map(async (finding) => {
      const fixes = await fixesOf(finding);
      // The whole log is in the editor; here one line shows what it is like.
      const [printed] = labelLines(finding.log);
      return [
        `### ${finding.message}\n`,
        ...(printed ? [`${printed.label}:\n`, '```', printed.line, '```\n'] : []),
        'Quick fixes:\n',
        ...fixes.map(({ title }) => `- ${title}`),
        '',
      ].join('\n');
    });
    return (await Promise.all(blocks)).join('\n');
  },

  'targets.md': ({ board }) => {
    const region = board.map.reserved.find(({ node }) => node?.name === 'dsp@1a0000000');
    assert.ok(region);
    return [
      'Who has the 512 MiB of `dsp@1a0000000`, a disabled region?\n',
      '| reader | what it does with them |',
      '| --- | --- |',
      ...verdictsFor(board, region).map(({ view, owner }) => `| ${view} | ${owner} |`),
    ].join('\n');
  },

  'boot-log.md': ({ board }) => {
    const boot = xenBoots(board).find(({ release }) => release.name.startsWith('4.18'));
    assert.ok(boot);
    const { lines, outcome } = predictedLog(board, boot);
    return ['```', ...lines.map(({ text }) => text), '```', '', `_${outcome}_`].join('\n');
  },
};

describe('walkthrough', () => {
  let shown: AnalyzedFile;
  let model: MapModel;

  before(() => {
    shown = analyzeFile(sample, new Map([['targets', 'xen:4.18 xen:4.22 linux:6.12']]));
    model = makeMapModel(shown.board, shown.findings, { file: sample });
  });

  for (const [name, draw] of Object.entries(pictures))
    it(`${name} is what the tool shows`, async () => {
      const drawn = `${(await draw(shown, model)).trimEnd()}\n`;
      const file = path.join(folder, name);
      if (process.env['UPDATE'] === '1') writeFileSync(file, drawn);
      assert.equal(readFileSync(file, 'utf8'), drawn, 'UPDATE=1 draws it anew');
    });

  it('has no other pictures', () => {
    assert.deepEqual(readdirSync(folder).sort(), Object.keys(pictures).sort());
  });
});
