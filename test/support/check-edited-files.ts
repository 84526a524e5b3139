// Edits the files of a board one after the other and compares each expanded text with one made from nothing.

import assert from 'node:assert/strict';
import type { NodeFiles } from '../../server/src/node-files.ts';
import { preprocess, PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import type { Preprocessed, PreprocessOptions } from '../../server/src/preprocess/preprocessed.ts';
import { editRandomly } from './random-edits.ts';

/** Everything a result says, apart from the macros themselves. */
export function describeExpansion(source: Preprocessed): unknown {
  const { text, origins, inactive, includes, files, needs, problems } = source;
  const segments = Array.from({ length: origins.count }, (_, index) => {
    const { start, end, source: span, isVerbatim, macro } = origins.segment(index);
    return `${start}-${end} ${span.file} ${span.start}-${span.end} ${isVerbatim} ${macro?.name}`;
  });
  return { text, segments, inactive, includes, files, needs, problems };
}

const typed = [
  '1',
  'a',
  '0x10',
  ' ',
  'reg',
  'GIC_SPI',
  '"',
  ';',
  '<&x 1>',
  '-',
  '#',
  '/*',
  '(',
  '\n',
];

/** One key or little more, in the middle of what is there: the edits people make. */
function typeSomething(text: string, random: () => number): string {
  const at = Math.floor(random() * (text.length + 1));
  const key = typed[Math.floor(random() * typed.length)] ?? '';
  return random() < 0.6
    ? text.slice(0, at) + key + text.slice(at)
    : text.slice(0, at) + text.slice(at + 1);
}

/** How many of `edits` random edits were made without preprocessing anew. Fails when a result differs. */
export function checkEditedFiles(
  root: string,
  files: NodeFiles,
  options: PreprocessOptions,
  edits: number,
  random: () => number,
): number {
  const cache = new PreprocessCache();
  const run = (how: PreprocessCache, before?: Preprocessed): Preprocessed => {
    const file = files.get(root);
    assert.ok(typeof file === 'object');
    return preprocess(file, files, options, how, before);
  };
  let before = run(cache);
  let quick = 0;
  let original: { readonly id: string; readonly text: string } | undefined;
  for (let edit = 0; edit < edits; edit += 1) {
    // Several edits of one file, then it is as it was: what is typed must not add up to nonsense.
    if (edit % 8 === 0) {
      if (original) files.setText(original.id, original.text);
      const sources = before.files.filter((id) => random() < 0.1 || /\.dtsi?$/.test(id));
      const id = sources[Math.floor(random() * sources.length)] ?? root;
      const file = files.get(id);
      if (typeof file === 'object') original = file;
    }
    const now = original && files.get(original.id);
    if (typeof now !== 'object') continue;
    files.setText(now.id, (random() < 0.8 ? typeSomething : editRandomly)(now.text, random));
    const result = run(cache, before);
    // A result made from another shares what did not change.
    if (result.files === before.files) quick += 1;
    assert.deepEqual(
      describeExpansion(result),
      describeExpansion(run(new PreprocessCache())),
      `edit ${edit} of ${now.id}`,
    );
    before = result;
  }
  if (original) files.setText(original.id, original.text);
  return quick;
}
