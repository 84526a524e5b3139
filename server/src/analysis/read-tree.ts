// One file to a devicetree: source by way of preprocessor and scanner, a blob directly.

import { readDtb } from '../dtb/read-dtb.ts';
import { preprocess, type PreprocessCache } from '../preprocess/preprocess.ts';
import type { Preprocessed, PreprocessOptions } from '../preprocess/preprocessed.ts';
import { scanDocument } from '../syntax/scan-statements.ts';
import type { StatementDocument } from '../syntax/statement.ts';
import { largestText, whyUnreadable, type FileSet } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import type { DeviceTree } from '../tree/device-tree.ts';
import { editTree, rememberWhole } from '../tree/edit-tree.ts';
import { evaluate } from '../tree/evaluate.ts';

/** A file read as a tree. For a blob there is no source. */
export interface ReadTree {
  readonly kind: 'tree';
  readonly tree: DeviceTree;
  readonly source: Preprocessed | undefined;
  /** Handed back at the next reading, so that only what changed is read again. */
  readonly document: StatementDocument | undefined;
  /** Bytes of the blob that was read; undefined for source. */
  readonly blobSize: number | undefined;
}

export type Reading =
  | ReadTree
  /** Files the shell must read first. */
  | { readonly kind: 'incomplete'; readonly needs: readonly FileId[] }
  /** The file itself cannot be read as a tree. */
  | { readonly kind: 'unreadable'; readonly file: FileId; readonly because: string };

export interface ReadOptions {
  readonly preprocessor: PreprocessOptions;
  /** Whether to add `/__symbols__`, as `dtc -@` does; overlays need it of their base. */
  readonly symbols: boolean;
}

const MAGIC = [0xd0, 0x0d, 0xfe, 0xed];

function isBlob(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * The tree of `file`, a blob when it begins with the magic number, else source. `cache` is one for all boards of a process;
 * it and `previous` only make it faster.
 */
export function readTree(
  file: FileId,
  files: FileSet,
  options: ReadOptions,
  cache: PreprocessCache,
  previous?: ReadTree,
): Reading {
  // Bytes first: a large blob is not decoded as text only to find that it is none.
  const bytes = files.bytes(file);
  if (typeof bytes !== 'string' && (isBlob(bytes) || /\.dtbo?$/i.test(file)))
    return readBlob(file, bytes);
  const root = files.get(file);
  if (root === 'not-loaded') return { kind: 'incomplete', needs: [file] };
  if (root === 'unreadable')
    return { kind: 'unreadable', file, because: whyUnreadable(files, file) };
  if (root === 'absent') return { kind: 'unreadable', file, because: 'no such file' };
  if (root === 'too-large')
    return { kind: 'unreadable', file, because: `is larger than ${largestText >> 20} MiB` };

  const source = preprocess(root, files, options.preprocessor, cache, previous?.source);
  if (source.needs.length > 0) return { kind: 'incomplete', needs: source.needs };
  const document = scanDocument(source.text, previous?.document);
  const edited = options.symbols ? undefined : editedTree(previous, document, source);
  if (edited) return { kind: 'tree', tree: edited, source, document, blobSize: undefined };
  const tree = evaluate(document, source.origins, {
    symbols: options.symbols,
    files,
    includePaths: options.preprocessor.includePaths,
    source,
  });
  if (tree.needs) return { kind: 'incomplete', needs: tree.needs };
  if (!options.symbols) rememberWhole(tree, document);
  return { kind: 'tree', tree, source, document, blobSize: undefined };
}

/** The tree after a key that changed one value; undefined when it takes more than moving what is there. */
function editedTree(
  previous: ReadTree | undefined,
  document: StatementDocument,
  { origins }: Preprocessed,
): DeviceTree | undefined {
  if (previous?.document === undefined || previous.source === undefined) return undefined;
  return editTree(previous.tree, previous.document, previous.source.origins, document, origins);
}

function readBlob(file: FileId, bytes: Uint8Array): Reading {
  const tree = readDtb(file, bytes);
  if ('because' in tree)
    return { kind: 'unreadable', file, because: `${tree.because} (at byte ${tree.offset})` };
  return {
    kind: 'tree',
    tree,
    source: undefined,
    document: undefined,
    blobSize: bytes.length,
  };
}
