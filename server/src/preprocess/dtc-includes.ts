// Inserts the files that dtc's own `/include/ "x"` names, the way dtc's lexer does after cpp.

import { Char } from '../text/char.ts';
import { folderOf, joinPath } from '../text/join-path.ts';
import { whyUnreadable, type FileSet, type Missing, type SourceFile } from '../text/source-file.ts';
import type { FileId, Span } from '../text/span.ts';
import { isSpace } from './characters.ts';
import { SegmentCopier } from './copy-segments.ts';
import { OutputBuilder } from './output.ts';
import { SegmentMap, type Segments } from './origin-map.ts';
import type { Include, PreprocessProblem } from './preprocessed.ts';
import { nameInTree } from './name-in-tree.ts';
import { spelled } from './spelled.ts';

/** What inserting needs to know and where it reports. */
export interface DtcIncludeHost {
  readonly root: FileId;
  readonly includePaths: readonly FileId[];
  readonly files: FileSet;
  onInclude(include: Include): void;
  onProblem(problem: PreprocessProblem): void;
  onNeed(id: FileId): void;
  /** The number of a file in segments; new files get the next one. */
  fileNumber(id: FileId): number;
  /** Every file numbered so far. */
  fileIds(): readonly FileId[];
}

/** dtc's limit (MAX_SRCFILE_DEPTH). */
const deepestInclude = 200;
/** UTF-16 units at which insertion stops. */
const longestText = 64 << 20;

/** More than any board has: a guard against includes that double. */
const mostIncludes = 20_000;

type Expanded = Segments & { readonly text: string };

/** A `/include/` in a text. */
interface Place {
  readonly start: number;
  readonly end: number;
  /** The path with its quotes. */
  readonly pathStart: number;
}

/** `expanded` with every `/include/ "x"` replaced by the file's text, which cpp has not seen. Nested ones too. */
export function insertDtcIncludes(expanded: Expanded, host: DtcIncludeHost): Expanded {
  if (!expanded.text.includes('/include/')) return expanded;
  const output = new OutputBuilder();
  const origins = new SegmentMap(expanded);
  const copier = new SegmentCopier(expanded, output, (id) => host.fileNumber(id));
  const stack: FileId[] = [];
  let inserted = 0;

  const insertFile = (file: SourceFile, name: FileId): void => {
    const folder = nameInTree(host.files, host.root, folderOf(name));
    stack.push(file.id);
    const number = host.fileNumber(file.id);
    let done = file.text.charCodeAt(0) === 0xfeff ? 1 : 0;
    for (const place of findIncludes(file.text)) {
      if (place.start > done) output.verbatim(number, file.text, done, place.start);
      done = place.end;
      const at = { file: file.id, start: place.pathStart, end: place.end };
      const path = file.text.slice(place.pathStart + 1, place.end - 1);
      insert(path, at, [folder, ...host.includePaths]);
    }
    if (done < file.text.length) output.verbatim(number, file.text, done, file.text.length);
    output.space(number, file.text.length, file.text.length);
    stack.pop();
  };

  const insert = (path: string, at: Span, folders: readonly FileId[]): void => {
    if (inserted > mostIncludes) return;
    const candidates = folders.map((folder) => joinPath(folder, path));
    const { found, barred, name, asked } = findFile(candidates, path, host);
    const target = typeof found === 'string' ? undefined : found.id;
    host.onInclude({
      at,
      target,
      by: 'dtc',
      ...(name !== target && { name }),
      ...(asked !== name && { asked }),
    });
    if (found === 'absent') {
      host.onProblem({ code: 'include-not-found', path, tried: candidates, at });
    }
    if (found === 'unreadable') {
      const because = whyUnreadable(host.files, barred ?? '');
      host.onProblem({ code: 'include-unreadable', path, because, at });
    }
    if (found === 'too-large') host.onProblem({ code: 'file-too-large', path, at });
    if (typeof found === 'string') return;
    if (stack.includes(found.id) || stack.length >= deepestInclude) {
      host.onProblem({ code: 'include-cycle', path, at });
    } else if (output.length > longestText || ++inserted > mostIncludes) {
      inserted = Infinity;
      host.onProblem({ code: 'expansion-too-large', at });
    } else insertFile(found, name ?? found.id);
  };

  // cpp's output is one file for dtc, in the root's folder; only a text that cpp never saw has its own.
  for (const place of findIncludes(expanded.text)) {
    copier.copyTo(place.start);
    const at = origins.originOf(place.pathStart, place.end).span;
    const path = expanded.text.slice(place.pathStart + 1, place.end - 1);
    insert(path, at, [folderOf(host.root), ...host.includePaths, folderOf(at.file)]);
    copier.position = place.end;
  }
  copier.copyTo(expanded.text.length);
  return output.finish(host.fileIds());
}

/**
 * The first of `candidates` that can be opened, as dtc goes on to the next, the name that was `asked` for and the `name` by which it
 * was found; `barred` is one that is there and cannot be opened.
 */
function findFile(
  candidates: readonly FileId[],
  path: string,
  host: DtcIncludeHost,
): {
  readonly found: SourceFile | Missing;
  readonly barred?: FileId;
  readonly asked?: FileId;
  readonly name?: FileId;
} {
  let waiting = false;
  let barred: FileId | undefined;
  for (const id of candidates) {
    const file = host.files.get(id);
    if (file === 'not-loaded') {
      waiting = true;
      host.onNeed(id);
    } else if (file === 'unreadable') barred ??= id;
    else if (file !== 'absent') {
      if (waiting || typeof file === 'string') return { found: waiting ? 'not-loaded' : file };
      const name = spelled(host.files, id, path);
      const inTree = nameInTree(host.files, host.root, name);
      const found = inTree === id ? file : host.files.get(inTree);
      if (found === 'not-loaded') host.onNeed(inTree);
      return { found, asked: id, name };
    }
  }
  if (waiting) return { found: 'not-loaded' };
  return barred === undefined ? { found: 'absent' } : { found: 'unreadable', barred };
}

/** Every `/include/ "…"` of `text` outside strings and comments, in order. */
function findIncludes(text: string): readonly Place[] {
  const found: Place[] = [];
  let at = 0;
  let include = text.indexOf('/include/');
  while (include >= 0) {
    // Strings and comments before it decide whether it is one.
    at = skipTo(text, at, include);
    if (at > include) {
      include = text.indexOf('/include/', at);
      continue;
    }
    let pathStart = include + '/include/'.length;
    while (isSpace(text.charCodeAt(pathStart))) pathStart++;
    const end = text.charAt(pathStart) === '"' ? stringEnd(text, pathStart) : 0;
    at = include + 1;
    if (end > 0) {
      found.push({ start: include, end, pathStart });
      at = end;
    }
    include = text.indexOf('/include/', at);
  }
  return found;
}

/** The first place at or behind `target` that is outside strings and comments, going on from `start`, which is outside. */
function skipTo(text: string, start: number, target: number): number {
  let at = start;
  while (at < target) {
    const code = text.charCodeAt(at);
    if (code === Char.quote) at = stringEnd(text, at) || text.length;
    else if (code === Char.apostrophe && text.charCodeAt(at + 2) === Char.apostrophe) at += 3;
    else if (code === Char.slash && text.charCodeAt(at + 1) === Char.asterisk) {
      const close = text.indexOf('*/', at + 2);
      at = close < 0 ? text.length : close + 2;
    } else if (code === Char.slash && text.charCodeAt(at + 1) === Char.slash) {
      const newline = text.indexOf('\n', at);
      at = newline < 0 ? text.length : newline;
    } else at++;
  }
  return at;
}

/** Behind the closing quote of the string at `start`, which may span lines; 0 when there is none. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === Char.quote) return at + 1;
    if (code === Char.backslash) at++;
  }
  return 0;
}
