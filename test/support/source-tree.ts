// The tree of a source file by way of dtmap's own stages.

import { NodeFiles } from '../../server/src/node-files.ts';
import { preprocess, type PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import type { Preprocessed } from '../../server/src/preprocess/preprocessed.ts';
import { scanDocument } from '../../server/src/syntax/scan-statements.ts';
import type { StatementDocument } from '../../server/src/syntax/statement.ts';
import type { DeviceTree, Written } from '../../server/src/tree/device-tree.ts';
import { evaluate, type EvaluateOptions } from '../../server/src/tree/evaluate.ts';

export interface SourceTree {
  readonly tree: DeviceTree;
  readonly source: Preprocessed;
  readonly document: StatementDocument;
  /** The expanded text of a range. */
  readonly textOf: (written: Written) => string;
}

/** The tree of `file`, which must exist. */
export function sourceTree(
  file: string,
  options: EvaluateOptions & { readonly cache?: PreprocessCache } = {},
): SourceTree {
  const files = new NodeFiles();
  const root = files.get(file);
  if (typeof root === 'string') throw new Error(`${file} is ${root}`);
  const includePaths = options.includePaths ?? [];
  const source = preprocess(root, files, { includePaths, defines: new Map() }, options.cache);
  const document = scanDocument(source.text);
  const tree = evaluate(document, source.origins, { files, source, ...options });
  return {
    tree,
    source,
    document,
    textOf: ({ start, end }) => source.text.slice(start, end),
  };
}

/** The tree of a text that needs no preprocessing; every place is an offset of `text`. */
export function textTree(text: string, options: EvaluateOptions = {}): DeviceTree {
  const document = scanDocument(text);
  return evaluate(
    document,
    {
      originOf: (start, end) => ({ span: { file: '/text.dts', start, end } }),
      expandedOffset: (_file, offset) => offset,
    },
    options,
  );
}
