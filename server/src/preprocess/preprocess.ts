// Expands a root file as `cpp -nostdinc -undef -D__DTS__ -x assembler-with-cpp` does, and remembers where text came from.

import { Char } from '../text/char.ts';
import { firstIndexWhere } from '../text/first-index-where.ts';
import { LineIndex, lineIndexOf } from '../text/line-index.ts';
import { folderOf, joinPath } from '../text/join-path.ts';
import { whyUnreadable, type FileSet, type Missing, type SourceFile } from '../text/source-file.ts';
import type { FileId, Span } from '../text/span.ts';
import { isSpace } from './characters.ts';
import { evaluateCondition } from './conditions.ts';
import { insertDtcIncludes } from './dtc-includes.ts';
import { editPreprocessed } from './edit-preprocessed.ts';
import { Expander, type ExpansionHost, type TokenSource } from './expand.ts';
import {
  Cut,
  lexFile,
  type DirectiveItem,
  type Item,
  type LexedFile,
  type TextItem,
} from './lex-file.ts';
import {
  MacroTable,
  isSameMacro,
  makeBuiltIns,
  parseDefinition,
  type ExpansionMemo,
  type Macro,
} from './macros.ts';
import { NameTable } from './names.ts';
import { SegmentMap, type Segments } from './origin-map.ts';
import { OutputBuilder } from './output.ts';
import { respaceStrings, type Silent } from './respace-strings.ts';
import { nameInTree } from './name-in-tree.ts';
import { spelled } from './spelled.ts';
import type {
  ConditionalText,
  Include,
  Preprocessed,
  PreprocessOptions,
  PreprocessProblem,
} from './preprocessed.ts';
import { Flag, Kind, Scanner, endToken, wouldStick, type Token } from './tokens.ts';

/** How many files a cache remembers the last text of, so that an edit is cut, not the file. */
const mostRecent = 64;

/** What runs share: lexed files and numbered names. One per process is best; it keeps only the last few files alive. */
export class PreprocessCache {
  readonly names = new NameTable();
  readonly macros = new MacroTable();
  readonly #lexed = new WeakMap<SourceFile, LexedFile>();
  readonly #recent = new Map<FileId, LexedFile>();

  /** The items of `file`, cut at its first use. */
  lex(file: SourceFile): LexedFile {
    let lexed = this.#lexed.get(file);
    if (lexed === undefined) {
      lexed = lexFile(file, this.names, this.#recent.get(file.id));
      this.#lexed.set(file, lexed);
      this.#recent.delete(file.id);
      this.#recent.set(file.id, lexed);
      const [oldest] = this.#recent.keys();
      if (this.#recent.size > mostRecent && oldest !== undefined) this.#recent.delete(oldest);
    }
    return lexed;
  }
}

/**
 * The text dtc would be given for `root`. Never throws because of what is in the files; what cpp would complain about is
 * in `problems`, files that `files` has not loaded yet are in `needs`. `before`, an earlier result for `root` by way of
 * the same cache, only makes it faster.
 */
export function preprocess(
  root: SourceFile,
  files: FileSet,
  options: PreprocessOptions,
  cache: PreprocessCache = new PreprocessCache(),
  before?: Preprocessed,
): Preprocessed {
  const isMacro = (name: string): boolean => cache.macros.wasEverDefined(cache.names.id(name));
  const edited = before?.root === root.id && editPreprocessed(before, files, options, isMacro);
  if (edited) return edited;
  return new Run(root, files, options, cache).result();
}

/** cpp's limit (-fmax-include-depth). */
const deepestInclude = 200;
/** More inclusions than any board has: a guard against includes that double. */
const mostIncludes = 20_000;
/** UTF-16 units of expanded text at which expansion stops. */
const longestText = 64 << 20;
/** Tokens read for wrong calls after which the search for a call's end is limited to `shortCall` characters, */
const wasteBeforeHaste = 300_000;
const shortCall = 2_000;
/** and after which no further call is tried: text with thousands of open calls stays fast. */
const mostWaste = 600_000;

/** A conditional of which a branch is being read; never changed, so that a wrong call can be undone. */
interface OpenConditional {
  readonly opened: DirectiveItem;
  readonly sawElse: boolean;
  readonly outer: OpenConditional | undefined;
  /** Whether other macros would choose another branch; it stays so to the end of the conditional. */
  readonly hangsOnMacro: boolean;
}

/** A file being read. */
interface Frame {
  readonly lexed: LexedFile;
  readonly fileNumber: number;
  /** Where files beside this one are looked for. */
  readonly folder: FileId;
  /** Which include path the file was found in; -1: beside the including file, or the root. */
  readonly foundIn: number;
  /** The macro table's version when the file was entered. */
  readonly version: number;
  item: number;
  mark: number;
  position: number;
  /** The innermost open conditional. */
  conditional: OpenConditional | undefined;
  /** Whether the file is included where other macros would leave it out. */
  readonly hangsOnMacro: boolean;
  /** `#line`: what `__FILE__` says, and what to add to physical line numbers. */
  presumedName: string;
  lineDelta: number;
}

/** The text of an item without line continuations, and how its offsets relate to the file's. */
interface JoinedText {
  readonly text: string;
  /** Offsets in the file and in `text` where each piece begins. */
  readonly pieces: readonly { readonly source: number; readonly joined: number }[];
}

class Run implements ExpansionHost {
  readonly names: NameTable;
  readonly macros: MacroTable;
  readonly #root: SourceFile;
  readonly #files: FileSet;
  readonly #options: PreprocessOptions;
  readonly #cache: PreprocessCache;
  readonly #output = new OutputBuilder();
  readonly #stack: Frame[] = [];
  readonly #fileNumbers = new Map<FileId, number>();
  readonly #once = new Set<FileId>();
  /** Names that `#pragma GCC poison` forbids. */
  readonly #poisoned = new Set<number>();
  readonly #lookups = new Map<FileId, SourceFile | Missing>();
  readonly #needs = new Set<FileId>();
  readonly #includes: Include[] = [];
  readonly #problems: PreprocessProblem[] = [];
  readonly #conditional: ConditionalText[] = [];
  /** Whether a file was not read that cpp includes. */
  #lacksText = false;
  readonly #skipped = new Map<DirectiveItem, Span>();
  readonly #taken = new Set<DirectiveItem>();
  readonly #lines = new Map<LexedFile, LineIndex>();
  readonly #joined = new Map<TextItem, JoinedText>();
  readonly #complained = new Set<LexedFile>();
  readonly #steps = { taken: 0 };
  /** `#pragma push_macro`: definitions to go back to, the last one first; undefined where there was none. */
  readonly #pushedMacros = new Map<number, (Macro | undefined)[]>();
  readonly #expander: Expander;
  /** What a token printed next must not stick to; undefined once verbatim text followed an expansion. */
  #after: { previous: Token | undefined; source: Token | undefined } | undefined;
  #counter = 0;
  /** Whether strings that go over lines may have been read. */
  #hasOpenQuote = false;
  /** What says nothing where it is, kept for strings that go over lines. */
  readonly #silent: Silent[] = [];
  /** Tokens read for wrong calls. */
  #waste = 0;
  #callBegan = 0;
  #stopped = false;
  /** Offset whose line `__LINE__` tells when the token itself has none. */
  #place = 0;
  #call: Span;
  /** Whether the expansion under way depends on more than the definitions. */
  dependsOnPlace = false;

  constructor(
    root: SourceFile,
    files: FileSet,
    options: PreprocessOptions,
    cache: PreprocessCache,
  ) {
    this.names = cache.names;
    this.macros = cache.macros;
    this.#root = root;
    this.#lookups.set(root.id, root);
    this.#files = {
      get: (id) => {
        const file = files.get(id);
        this.#lookups.set(id, file);
        return file;
      },
      bytes: (id) => files.bytes(id),
      becauseOf: (id) => whyUnreadable(files, id),
      ...(files.realPath && { realPath: files.realPath.bind(files) }),
      ...(files.spelling && { spelling: files.spelling.bind(files) }),
    };
    this.#options = options;
    this.#cache = cache;
    this.#call = { file: root.id, start: 0, end: 0 };
    this.#expander = new Expander(this, new FrameSource(this), 'text', this.#steps);
  }

  result(): Preprocessed {
    this.#defineInitial();
    this.#fileNumber(this.#root.id);
    for (const id of this.#options.includeFirst ?? []) this.#readAdded(id);
    this.#readFile(this.#root, -1);
    for (const id of this.#options.includeLast ?? []) this.#readAdded(id);
    const printed = this.#output.finish([...this.#fileNumbers.keys()]);
    const segments = this.#hasOpenQuote ? this.#respaceStrings(printed) : printed;
    const inserted =
      this.#options.dtcIncludes === 'kept' ? segments : this.#insertDtcIncludes(segments);
    return {
      root: this.#root.id,
      text: inserted.text,
      origins: new SegmentMap(inserted),
      inactive: [...this.#skipped]
        .filter(([item]) => !this.#taken.has(item))
        .map(([, span]) => span),
      conditional: this.#conditional,
      includes: this.#includes,
      files: [...this.#fileNumbers.keys()],
      needs: [...this.#needs],
      problems: this.#problems,
      lookups: this.#lookups,
      options: this.#options,
      isRespaced: this.#hasOpenQuote,
    };
  }

  #respaceStrings(segments: Segments & { readonly text: string }): Segments & { text: string } {
    const fileOf = (id: FileId): SourceFile => {
      const file = this.#lookups.get(id);
      if (typeof file !== 'object') throw new Error(`${id} was not read`);
      return file;
    };
    return respaceStrings(segments, {
      silent: this.#silent,
      textOf: (id) => fileOf(id).text,
      lineOf: (id, offset) => lineIndexOf(fileOf(id)).positionAt(offset).line,
      fileNumber: (id) => this.#fileNumber(id),
      fileIds: () => [...this.#fileNumbers.keys()],
    });
  }

  /** Remembers the line marker that cpp prints when the file or the numbers of its lines change. */
  #markLine(frame: Frame, offset: number, flag: '' | ' 1' | ' 2'): void {
    if (!this.#hasOpenQuote) return;
    const { file } = frame.lexed;
    const line = lineIndexOf(file).positionAt(offset).line;
    const marker = `# ${line + frame.lineDelta} "${frame.presumedName}"${flag}`;
    const at = this.#output.length;
    this.#silent.push({ kind: 'marker', at, file: file.id, start: offset, marker, line });
  }

  #insertDtcIncludes(segments: Segments & { readonly text: string }): Segments & { text: string } {
    return insertDtcIncludes(segments, {
      root: this.#root.id,
      includePaths: this.#options.includePaths,
      files: this.#files,
      onInclude: (include) => this.#includes.push(include),
      onProblem: (problem) => this.#problems.push(problem),
      onNeed: (id) => this.#needs.add(id),
      fileNumber: (id) => this.#fileNumber(id),
      fileIds: () => [...this.#fileNumbers.keys()],
    });
  }

  #defineInitial(): void {
    this.macros.clear();
    for (const macro of makeBuiltIns(this.names)) this.macros.define(macro);
    const one = ['__DTS__', '__ASSEMBLER__', '__STDC__', '__STDC_HOSTED__'].map((name) => [
      name,
      '1',
    ]);
    for (const [name = '', body = ''] of [...one, ...this.#options.defines]) {
      const text = `${name} ${body}`;
      const macro = parseDefinition(text, 0, text.length, this.names, () => undefined);
      if ('id' in macro) this.macros.define(macro);
    }
  }

  #fileNumber(id: FileId): number {
    let number = this.#fileNumbers.get(id);
    if (number === undefined) {
      number = this.#fileNumbers.size;
      this.#fileNumbers.set(id, number);
    }
    return number;
  }

  // Reading files.

  #readFile(file: SourceFile, foundIn: number, name = file.id): void {
    const lexed = this.#cache.lex(file);
    const fileNumber = this.#fileNumber(file.id);
    if (lexed.guard >= 0 && this.macros.get(lexed.guard) !== undefined) return;
    if (lexed.openComment >= 0 && !this.#complained.has(lexed)) {
      this.#complained.add(lexed);
      const at = { file: file.id, start: lexed.openComment, end: lexed.openComment + 2 };
      this.#problems.push({ code: 'unterminated-comment', at });
    }
    const outer = this.#stack.at(-1);
    const frame: Frame = {
      lexed,
      fileNumber,
      folder: nameInTree(this.#files, this.#root.id, folderOf(name)),
      foundIn,
      version: this.macros.version,
      item: 0,
      mark: 0,
      position: 0,
      conditional: undefined,
      hangsOnMacro: outer !== undefined && hangsOnMacro(outer),
      presumedName: name,
      lineDelta: 0,
    };
    this.#stack.push(frame);
    if (frame.hangsOnMacro)
      this.#addConditional({ file: file.id, start: 0, end: file.text.length });
    this.#hasOpenQuote ||= lexed.hasOpenQuote;
    if (this.#stack.length > 1) this.#markLine(frame, 0, ' 1');
    this.#goTo(frame, 0);
    for (;;) {
      const item = lexed.items[frame.item];
      if (item === undefined) break;
      if (item.kind === 'text') this.#emitItem(frame, item);
      else this.directive(frame, item);
    }
    for (let open = frame.conditional; open !== undefined; open = open.outer) {
      const directive = open.opened.word;
      const at = this.#wordSpan(frame, open.opened);
      this.#problems.push({ code: 'unterminated-conditional', directive, at });
    }
    this.#output.endLine(fileNumber, file.text.length);
    this.#stack.pop();
    if (outer) this.#markLine(outer, lineBehind(outer, outer.lexed.items[outer.item]), ' 2');
  }

  /** A file given with `-include`, or added behind the root. */
  #readAdded(id: FileId): void {
    const file = this.#files.get(id);
    if (file === 'not-loaded') this.#needs.add(id);
    else if (file === 'absent') {
      const at = { file: this.#root.id, start: 0, end: 0 };
      this.#problems.push({ code: 'include-not-found', path: id, tried: [id], at });
    } else if (file === 'too-large') {
      const at = { file: this.#root.id, start: 0, end: 0 };
      this.#problems.push({ code: 'file-too-large', path: id, at });
    } else if (file === 'unreadable') {
      const at = { file: this.#root.id, start: 0, end: 0 };
      const because = whyUnreadable(this.#files, id);
      this.#problems.push({ code: 'include-unreadable', path: id, because, at });
    } else this.#readFile(file, -1);
  }

  #goTo(frame: Frame, index: number): void {
    const item = frame.lexed.items[index];
    frame.item = index;
    frame.position = item?.start ?? frame.lexed.file.text.length;
    frame.mark = item?.kind === 'text' ? item.firstMark : 0;
  }

  /** The file being read. */
  get frame(): Frame {
    return this.#stack.at(-1) as Frame;
  }

  // Text.

  #emitItem(frame: Frame, item: TextItem): void {
    const { marks } = frame.lexed;
    const { macros } = this;
    let from = frame.position;
    let mark = frame.mark;
    if (from === item.start) this.checkPoison(frame, item);
    for (; mark < item.lastMark; mark++) {
      const id = marks[mark * 3] as number;
      const macro = id >= 0 ? macros.get(id) : undefined;
      if (id >= 0 && macro === undefined) continue;
      const start = marks[mark * 3 + 1] as number;
      const end = marks[mark * 3 + 2] as number;
      if (start < from) continue;
      if (macro === undefined) {
        if (id === Cut.lineMarker && this.#hasOpenQuote) continue;
        this.#emitVerbatim(frame, from, start);
        if (id === Cut.comment) this.#emitCommentSpace(frame, start, end);
        from = end;
        continue;
      }
      if (!this.#mayExpand(frame, item, macro, end)) continue;
      this.#emitVerbatim(frame, from, start);
      frame.mark = mark;
      frame.position = end;
      if (this.#expandAt(frame, item, macro, start)) {
        if (frame.lexed.items[frame.item] !== item) return;
        from = frame.position;
      } else {
        from = start;
      }
    }
    this.#emitVerbatim(frame, from, item.end);
    this.#goTo(frame, frame.item + 1);
  }

  /** False when a function-like macro's name is plainly not followed by a parenthesis. */
  #mayExpand(frame: Frame, item: TextItem, macro: Macro, end: number): boolean {
    if (this.#stopped) return false;
    if (macro.parameters === undefined) return true;
    if (this.#waste > mostWaste) return false;
    const { text } = frame.lexed.file;
    let at = end;
    while (at < item.end && isSpace(text.charCodeAt(at))) at++;
    if (at >= item.end) return true;
    const next = text.charAt(at);
    return next === '(' || next === '/' || next === '\\' || next === '#';
  }

  #emitVerbatim(frame: Frame, start: number, end: number): void {
    if (start >= end) return;
    const { text } = frame.lexed.file;
    const after = this.#after;
    if (after !== undefined) {
      this.#after = undefined;
      if (!isSpace(text.charCodeAt(start))) {
        const token = new Scanner(text, start, end, this.names).next();
        const source = after.source ?? token;
        const spaced = (source.flags & Flag.space) !== 0;
        if (spaced || (after.previous !== undefined && wouldStick(after.previous, token))) {
          this.#output.space(frame.fileNumber, start, start);
        }
      }
    }
    this.#output.verbatim(frame.fileNumber, text, start, end);
    if (this.#output.length > longestText) this.#stop();
  }

  #emitCommentSpace(frame: Frame, start: number, end: number): void {
    if (isSpace(frame.lexed.file.text.charCodeAt(end))) return;
    this.#after = undefined;
    this.#output.space(frame.fileNumber, start, end);
  }

  /** Prints the expansion of the macro named at `start`; false when the name stays. Moves the frame behind the call. */
  #expandAt(frame: Frame, item: TextItem, macro: Macro, start: number): boolean {
    const { text } = frame.lexed.file;
    const outer = this.#after;
    const before = text.charCodeAt(start - 1);
    const spaced = start > item.start && isSpace(before) && before !== Char.newline;
    const name: Token = {
      kind: Kind.name,
      text: macro.name,
      flags: spaced ? Flag.space : 0,
      id: macro.id,
      source: undefined,
      at: start,
    };
    const previous =
      outer === undefined ? this.#previousToken(text, item.start, start) : outer.previous;
    const memo = macro.memo;
    if (
      outer === undefined &&
      memo?.version === this.macros.version &&
      memo.nameFlags === name.flags
    ) {
      const space = memo.spaced || this.#needsSpace(previous, memo.first);
      const piece = this.#withSpace(space, memo.first) + memo.text;
      this.#after = { previous: memo.last, source: memo.source };
      this.#output.expansion(frame.fileNumber, start, frame.position, macro, piece);
      return true;
    }
    this.#place = start;
    this.#call = { file: frame.lexed.file.id, start, end: frame.position };
    this.#callBegan = this.#steps.taken;
    this.dependsOnPlace = false;
    if (!this.#expander.begin(macro, name)) {
      this.#expander.abandon();
      return false;
    }
    const printed = this.#print(outer?.source ?? name, previous);
    const { first } = printed;
    const space = first !== undefined && (printed.spaced || this.#needsSpace(previous, first));
    const piece = first === undefined ? '' : this.#withSpace(space, first) + printed.text;
    if (piece === '' && this.#hasOpenQuote) {
      const at = this.#output.length;
      this.#silent.push({ kind: 'empty-expansion', at, file: frame.lexed.file.id, start });
    }
    this.#after = { previous: printed.last, source: printed.source };
    if (outer === undefined && macro.parameters === undefined && !this.dependsOnPlace) {
      const { version } = this.macros;
      const { last } = printed;
      if (first !== undefined && last !== undefined && !this.#stopped) {
        const { text: made, spaced: decided, source } = printed;
        macro.memo = {
          version,
          nameFlags: name.flags,
          text: made,
          first,
          spaced: decided,
          last,
          source,
        };
      }
    }
    this.#output.expansion(frame.fileNumber, start, frame.position, macro, piece);
    return true;
  }

  /** Whether `first` would not be read as it is behind what was printed before. */
  #needsSpace(previous: Token | undefined, first: Token): boolean {
    return previous === undefined ? first.text === '#' : wouldStick(previous, first);
  }

  #withSpace(space: boolean, first: Token): string {
    return space && (!this.#output.endsWithSpace || first.text === '#') ? ' ' : '';
  }

  /** Reads the expansion that was begun, and spaces its tokens as cpp does. `held` is what decides before the first. */
  #print(
    held: Token | undefined,
    previous: Token | undefined,
  ): Omit<ExpansionMemo, 'version' | 'nameFlags' | 'first' | 'last'> & {
    readonly first: Token | undefined;
    readonly last: Token | undefined;
  } {
    const expander = this.#expander;
    let source = held;
    let last = previous;
    let first: Token | undefined;
    let spaced = false;
    let avoidPaste = true;
    let text = '';
    while (expander.isExpanding) {
      if (expander.exhausted || text.length > longestText) {
        expander.abandon();
        this.#stop();
        break;
      }
      const token = expander.next();
      if (token.kind === Kind.end) continue;
      if (token.kind === Kind.padding) {
        avoidPaste = true;
        const replaced = (source?.flags ?? 0) & Flag.space ? false : token.source === undefined;
        if (source === undefined || replaced) source = token.source;
        continue;
      }
      if (first === undefined) {
        first = token;
        spaced = ((source ?? token).flags & Flag.space) !== 0;
      } else {
        const decides = avoidPaste ? (source ?? token) : token;
        const sticks = avoidPaste && last !== undefined && wouldStick(last, token);
        if ((decides.flags & Flag.space) !== 0 || sticks) text += ' ';
      }
      text += token.text;
      avoidPaste = false;
      source = undefined;
      last = token;
    }
    return { text, first, spaced, last, source };
  }

  /** The token that ends right before `start`; undefined when white space or nothing does. */
  #previousToken(text: string, floor: number, start: number): Token | undefined {
    if (start <= floor || isSpace(text.charCodeAt(start - 1))) return undefined;
    let first = start - 1;
    while (first > floor && start - first < 8 && /[!-/:-@[-^{-~]/.test(text.charAt(first - 1)))
      first--;
    const scanner = new Scanner(text, first, start, this.names);
    let last: Token | undefined;
    for (let token = scanner.next(); token.kind !== Kind.end; token = scanner.next()) last = token;
    return last;
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#problems.push({ code: 'expansion-too-large', at: this.#call });
  }

  /** The text of a frame's item for the Scanner. */
  joinedText(frame: Frame, item: TextItem): JoinedText | undefined {
    if (!item.continued) return undefined;
    let joined = this.#joined.get(item);
    if (joined === undefined) {
      const { marks, file } = frame.lexed;
      const pieces = [{ source: item.start, joined: 0 }];
      let text = '';
      let from = item.start;
      for (let mark = item.firstMark; mark < item.lastMark; mark++) {
        const cut = marks[mark * 3];
        if (cut !== Cut.nothing && cut !== Cut.lineMarker) continue;
        text += file.text.slice(from, marks[mark * 3 + 1]);
        from = marks[mark * 3 + 2] as number;
        pieces.push({ source: from, joined: text.length });
      }
      joined = { text: text + file.text.slice(from, item.end), pieces };
      this.#joined.set(item, joined);
    }
    return joined;
  }

  // What the expander asks.

  builtIn(macro: Macro, use: Token): readonly Token[] {
    this.dependsOnPlace = true;
    const quoted = (text: string): Token => ({
      ...endToken,
      kind: Kind.quoted,
      text: `"${text.replace(/[\\"]/g, '\\$&')}"`,
    });
    const number = (value: number): Token => ({ ...endToken, kind: Kind.number, text: `${value}` });
    const { times } = this.#options;
    switch (macro.builtIn) {
      case '__FILE__':
        return [quoted(this.frame.presumedName)];
      case '__BASE_FILE__':
        return [quoted(this.#root.id)];
      case '__LINE__':
        return [number(this.#lineOf(this.frame, use.at < 0 ? this.#place : use.at))];
      case '__INCLUDE_LEVEL__':
        this.macros.version++;
        return [number(this.#stack.length - 1)];
      case '__COUNTER__':
        this.macros.version++;
        return [number(this.#counter++)];
      // What cpp prints where it cannot tell the time.
      case '__DATE__':
        return [quoted(times?.date ?? '??? ?? ????')];
      case '__TIME__':
        return [quoted(times?.time ?? '??:??:??')];
      case '__TIMESTAMP__':
        return [quoted(times?.timestampOf(this.frame.lexed.file.id) ?? '??? ??? ?? ??:??:?? ????')];
      default: {
        const because = 'used outside of a preprocessing directive';
        this.#problems.push({ code: 'bad-macro', name: macro.name, because, at: this.#call });
        return [number(0)];
      }
    }
  }

  #lineOf(frame: Frame, offset: number): number {
    let lines = this.#lines.get(frame.lexed);
    if (lines === undefined) {
      lines = new LineIndex(frame.lexed.file.text);
      this.#lines.set(frame.lexed, lines);
    }
    return lines.positionAt(offset).line + frame.lineDelta;
  }

  onBadCall(macro: Macro, because: string): void {
    this.#waste += this.#steps.taken - this.#callBegan;
    this.#problems.push({ code: 'bad-macro', name: macro.name, because, at: this.#call });
  }

  onPragma(literal: string | undefined): void {
    this.dependsOnPlace = true;
    if (literal === undefined) {
      const because = 'wants a string in parentheses';
      this.#problems.push({ code: 'bad-macro', name: '_Pragma', because, at: this.#call });
      return;
    }
    const body = literal.replace(/^L?"|"$/g, '').replace(/\\([\\"])/g, '$1');
    this.#obeyPragma(this.frame, body, this.#call);
  }

  /** How far from its name a call may end. */
  get longestCall(): number {
    return this.#waste > wasteBeforeHaste ? shortCall : Infinity;
  }

  // Directives.

  #wordSpan(frame: Frame, item: DirectiveItem): Span {
    return { file: frame.lexed.file.id, start: item.start, end: item.wordEnd };
  }

  /** What follows the directive's word, without the white space around it. */
  #bodySpan(frame: Frame, item: DirectiveItem): Span {
    const { file } = frame.lexed;
    let start = item.wordEnd;
    let { end } = item;
    while (start < end && isSpace(file.text.charCodeAt(start))) start++;
    while (end > start && isSpace(file.text.charCodeAt(end - 1))) end--;
    return start < end ? { file: file.id, start, end } : this.#wordSpan(frame, item);
  }

  /** Executes a directive and moves the frame to what follows; false when a call must end here. */
  directive(frame: Frame, item: DirectiveItem, within: 'text' | 'call' = 'text'): boolean {
    this.#place = item.start;
    switch (item.word) {
      case 'if':
      case 'ifdef':
      case 'ifndef':
        frame.conditional = {
          opened: item,
          sawElse: false,
          outer: frame.conditional,
          hangsOnMacro: false,
        };
        this.#chooseBranch(frame, item);
        return true;
      case 'elif':
      case 'elifdef':
      case 'elifndef':
      case 'else':
      case 'endif':
        this.#endBranch(frame, item);
        return true;
      case 'include':
      case 'include_next':
      case 'import':
        if (within === 'call') return false;
        this.#include(frame, item);
        this.#goTo(frame, frame.item + 1);
        return true;
      case 'define':
        this.checkPoison(frame, item);
        this.#define(frame, item);
        break;
      case 'undef':
        this.checkPoison(frame, item);
        this.#undefine(frame, item);
        break;
      case 'error':
      case 'warning': {
        const code = item.word === 'error' ? 'error-directive' : 'warning-directive';
        const text = item.body.trim();
        this.#problems.push({ code, text, at: this.#bodySpan(frame, item) });
        break;
      }
      case 'pragma':
        this.#markPragma(frame, item);
        this.#obeyPragma(frame, item.body, this.#bodySpan(frame, item));
        break;
      case 'line':
        this.#renumber(frame, item);
        break;
      case 'ident':
      case 'sccs':
        this.#refuseUnless(frame, item, isString(this.#tokensOf(item.body)[0]));
        break;
      case 'assert':
      case 'unassert':
        this.#refuseUnless(frame, item, isAssertion(this.#tokensOf(item.body), item.word));
        break;
      case 'null':
        break;
    }
    this.#goTo(frame, frame.item + 1);
    return true;
  }

  /** From an opening or middle branch onwards, enters the first branch that holds, or leaves the conditional. */
  #chooseBranch(frame: Frame, opened: DirectiveItem): void {
    let item = opened;
    let index = frame.item;
    for (;;) {
      if (frame.conditional && namesMacro(item) && !this.#isGuard(frame, item))
        frame.conditional = { ...frame.conditional, hangsOnMacro: true };
      if (this.#holds(frame, item)) {
        this.#taken.add(item);
        if (frame.conditional?.hangsOnMacro) this.#addConditional(this.#branchOf(frame, item));
        this.#goTo(frame, index + 1);
        return;
      }
      this.#skip(frame, item);
      index = item.next;
      const next = frame.lexed.items[index];
      if (next?.kind !== 'directive') {
        this.#goTo(frame, frame.lexed.items.length);
        return;
      }
      if (next.word === 'endif') {
        frame.conditional = frame.conditional?.outer;
        this.#goTo(frame, index + 1);
        return;
      }
      this.#checkOrder(frame, next);
      item = next;
    }
  }

  /** A taken branch ends: passes over the remaining ones. */
  #endBranch(frame: Frame, ending: DirectiveItem): void {
    if (frame.conditional === undefined) {
      const at = this.#wordSpan(frame, ending);
      this.#problems.push({ code: 'stray-directive', directive: ending.word, at });
      this.#goTo(frame, frame.item + 1);
      return;
    }
    let item = ending;
    let index = frame.item;
    while (item.word !== 'endif') {
      this.#checkOrder(frame, item);
      this.#skip(frame, item);
      index = item.next;
      const next = frame.lexed.items[index];
      if (next?.kind !== 'directive') {
        this.#goTo(frame, frame.lexed.items.length);
        return;
      }
      item = next;
    }
    frame.conditional = frame.conditional?.outer;
    this.#goTo(frame, index + 1);
  }

  /** Complains about a branch behind `#else`. */
  #checkOrder(frame: Frame, item: DirectiveItem): void {
    const current = frame.conditional;
    if (current === undefined) return;
    if (current.sawElse) {
      const at = this.#wordSpan(frame, item);
      this.#problems.push({ code: 'stray-directive', directive: item.word, at });
    }
    if (item.word === 'else') {
      frame.conditional = { ...current, sawElse: true };
    }
  }

  /** The lines of a branch; none when the end is before the start. */
  #branchOf({ lexed }: Frame, item: DirectiveItem): Span {
    const { text, id } = lexed.file;
    const next = lexed.items[item.next];
    const start = Math.min(item.end + 1, text.length);
    const end = next === undefined ? text.length : text.lastIndexOf('\n', next.start - 1) + 1;
    return { file: id, start, end };
  }

  /** Whether a conditional is around a whole file and only keeps it from being read twice. */
  #isGuard({ lexed, conditional }: Frame, item: DirectiveItem): boolean {
    if (item.word !== 'ifndef' || lexed.guard < 0 || conditional?.outer) return false;
    return new Scanner(item.body, 0, item.body.length, this.names).next().id === lexed.guard;
  }

  #addConditional(at: Span): void {
    this.#conditional.push({ ...at, isBehindUnread: this.#lacksText });
  }

  #skip(frame: Frame, item: DirectiveItem): void {
    const branch = this.#branchOf(frame, item);
    if (branch.start < branch.end) this.#skipped.set(item, branch);
    if (!frame.lexed.hasBranchBehindElse) return;
    for (const inner of frame.lexed.items.slice(frame.lexed.items.indexOf(item) + 1, item.next)) {
      if (inner.kind !== 'directive' || !inner.isBehindElse) continue;
      const at = this.#wordSpan(frame, inner);
      this.#problems.push({ code: 'stray-directive', directive: inner.word, at });
    }
  }

  #holds(frame: Frame, item: DirectiveItem): boolean {
    this.checkPoison(frame, item);
    switch (item.word) {
      case 'else':
        return true;
      case 'if':
      case 'elif':
        return this.#evaluate(frame, item);
      default: {
        const name = new Scanner(item.body, 0, item.body.length, this.names).next();
        if (name.kind !== Kind.name) {
          const because = name.kind === Kind.end ? 'no macro name given' : 'not an identifier';
          this.#problems.push({ code: 'bad-condition', because, at: this.#bodySpan(frame, item) });
          return false;
        }
        const isDefined = this.macros.get(name.id) !== undefined;
        return isDefined === !item.word.endsWith('ndef');
      }
    }
  }

  #evaluate(frame: Frame, item: DirectiveItem): boolean {
    const expander = this.#expanderOf(item);
    this.#call = this.#bodySpan(frame, item);
    const condition = evaluateCondition({
      next: () => expander.next(),
      nextPlain: () => {
        expander.suspended++;
        const token = expander.next();
        expander.suspended--;
        return token;
      },
      isDefined: (name) => this.macros.get(name.id) !== undefined,
      hasInclude: (operator, tokens) => {
        const header = headerOf(tokens);
        if (header === undefined) return undefined;
        const how = operator === '__has_include' ? 'first' : 'next';
        return typeof this.#find(frame, header, how).found === 'object';
      },
    });
    expander.abandon();
    if (condition.ok) return condition.holds;
    this.#problems.push({ code: 'bad-condition', because: condition.because, at: this.#call });
    return false;
  }

  /** An expander over what follows a directive's word. */
  #expanderOf(item: DirectiveItem, place: 'directive' | 'include' = 'directive'): Expander {
    const scanner = new Scanner(item.body, 0, item.body.length, this.names);
    const source = new ScannerSource(scanner);
    return new Expander(this, source, place, this.#steps);
  }

  #define(frame: Frame, item: DirectiveItem): void {
    const known = item.macro;
    if (known !== undefined && 'id' in known && this.macros.defineNew(known)) return;
    const { id, text } = frame.lexed.file;
    const span = (start: number, end: number): Span => {
      const length = end - start;
      const written = item.continued
        ? text.slice(item.wordEnd, item.end).indexOf(item.body.slice(start, end))
        : start;
      // A name that is itself continued on the next line is in no one place.
      const nameStart = item.wordEnd + Math.max(written, 0);
      return { file: id, start: nameStart, end: nameStart + length };
    };
    item.macro ??= parseDefinition(item.body, 0, item.body.length, this.names, span);
    const { macro } = item;
    if (!('id' in macro)) {
      this.#problems.push({ code: 'bad-macro', ...macro, at: this.#bodySpan(frame, item) });
      return;
    }
    const before = this.macros.get(macro.id);
    if (before !== undefined && !isSameMacro(before, macro)) {
      const at = macro.definition ?? this.#bodySpan(frame, item);
      const { name } = macro;
      this.#problems.push(
        before.definition === undefined
          ? { code: 'macro-redefined', name, at }
          : { code: 'macro-redefined', name, before: before.definition, at },
      );
    }
    this.macros.define(macro);
  }

  #undefine(frame: Frame, item: DirectiveItem): void {
    const name = new Scanner(item.body, 0, item.body.length, this.names).next();
    if (name.kind === Kind.name && name.text !== 'defined') this.macros.undefine(name.id);
    else {
      const because =
        name.kind === Kind.end
          ? 'no macro name given'
          : name.kind === Kind.name
            ? 'reserved'
            : 'not an identifier';
      const at = this.#bodySpan(frame, item);
      this.#problems.push({ code: 'bad-macro', name: name.text, because, at });
    }
  }

  /** Remembers where cpp begins a line, though it prints nothing: at what a pragma that it obeys says. */
  #markPragma(frame: Frame, item: DirectiveItem): void {
    if (!this.#hasOpenQuote || !isObeyed(item.body)) return;
    const { file, start } = this.#bodySpan(frame, item);
    this.#silent.push({ kind: 'pragma', at: this.#output.length, file, start });
  }

  /** Those pragmas that cpp itself obeys; it drops all others from what it prepares for an assembler. */
  #obeyPragma(frame: Frame, body: string, at: Span): void {
    const tokens = this.#tokensOf(body);
    const words = tokens.map(({ text }) => text);
    const isGcc = words[0] === 'GCC';
    const word = (isGcc ? words[1] : words[0]) ?? '';
    const refuse = (): void => {
      const directive = `pragma ${isGcc ? 'GCC ' : ''}${word}`;
      this.#problems.push({ code: 'invalid-directive', directive, at });
    };
    if (isGcc && (word === 'error' || word === 'warning')) {
      const isText = tokens.length > 2 && tokens.slice(2).every(isString);
      const code = word === 'error' ? 'error-directive' : 'warning-directive';
      if (isText) this.#problems.push({ code, text: words.slice(2).join(' '), at });
      else refuse();
    } else if (isGcc && word === 'poison') {
      const names = tokens.slice(2);
      for (const { id } of names.filter(({ kind }) => kind === Kind.name)) {
        this.macros.undefine(id);
        this.#poisoned.add(id);
      }
      if (names.some(({ kind }) => kind !== Kind.name)) refuse();
      // What follows a `_Pragma` on its line.
      const item = frame.lexed.items[frame.item];
      if (item?.kind === 'text') this.checkPoison(frame, item, frame.position);
    } else if (isGcc && word === 'dependency') {
      const header = headerOf(tokens.slice(2));
      if (header === undefined || header.path === '') refuse();
      else {
        this.#complainOfMissing(this.#find(frame, header, 'first'), header.path, at);
      }
    } else if (!isGcc && word === 'once') this.#once.add(frame.lexed.file.id);
    else if (!isGcc && (word === 'push_macro' || word === 'pop_macro')) {
      const [, open, name, close] = tokens;
      if (open?.text === '(' && name && isString(name) && close?.text === ')')
        this.#keepMacro(this.names.id(name.text.slice(1, -1)), word);
      else refuse();
    }
  }

  /** Remembers what the name stands for, or gives it back. */
  #keepMacro(id: number, how: 'push_macro' | 'pop_macro'): void {
    const definitions = this.#pushedMacros.get(id) ?? [];
    this.#pushedMacros.set(id, definitions);
    if (how === 'push_macro') definitions.push(this.macros.get(id));
    else if (definitions.length > 0) {
      const before = definitions.pop();
      if (before === undefined) this.macros.undefine(id);
      else this.macros.define(before);
    }
  }

  /** The tokens of a directive's body as written. */
  #tokensOf(body: string): Token[] {
    const scanner = new Scanner(body, 0, body.length, this.names);
    const tokens: Token[] = [];
    for (let token = scanner.next(); token.kind !== Kind.end; token = scanner.next())
      tokens.push(token);
    return tokens;
  }

  #refuseUnless(frame: Frame, item: DirectiveItem, isSound: boolean): void {
    const at = this.#bodySpan(frame, item);
    if (!isSound) this.#problems.push({ code: 'invalid-directive', directive: item.word, at });
  }

  /** Complains of names that `#pragma GCC poison` forbids, in text that is about to be read. */
  checkPoison(frame: Frame, item: TextItem | DirectiveItem, from = item.start): void {
    if (this.#poisoned.size === 0) return;
    const { marks, file } = frame.lexed;
    const complain = (name: string, at: Span): void => {
      const because = '#pragma GCC poison forbids this name';
      this.#problems.push({ code: 'bad-macro', name, because, at });
    };
    if (item.kind === 'directive') {
      for (const { id, text } of this.#tokensOf(item.body))
        if (this.#poisoned.has(id)) complain(text, this.#bodySpan(frame, item));
      return;
    }
    for (let mark = item.firstMark; mark < item.lastMark; mark++) {
      const [id = -1, start = 0, end = 0] = marks.subarray(mark * 3, mark * 3 + 3);
      if (start >= from && this.#poisoned.has(id))
        complain(file.text.slice(start, end), { file: file.id, start, end });
    }
  }

  #renumber(frame: Frame, item: DirectiveItem): void {
    const expander = this.#expanderOf(item);
    const number = expander.next();
    const name = expander.next();
    expander.abandon();
    const isNamed = name.kind === Kind.quoted && name.text.startsWith('"');
    if (!/^[0-9]+$/.test(number.text) || (name.kind !== Kind.end && !isNamed)) {
      const at = this.#bodySpan(frame, item);
      this.#problems.push({ code: 'invalid-directive', directive: item.word, at });
      return;
    }
    frame.lineDelta = 0;
    // cpp keeps line numbers in 32 bits.
    const line = Number(BigInt.asUintN(32, BigInt(number.text)));
    frame.lineDelta = line - this.#lineOf(frame, item.end) - 1;
    if (isNamed) frame.presumedName = name.text.slice(1, -1).replace(/\\(.)/g, '$1');
    this.#markLine(frame, lineBehind(frame, item), '');
  }

  // Includes.

  #include(frame: Frame, item: DirectiveItem): void {
    const written = findWrittenHeader(item.body);
    const at =
      written === undefined || item.continued
        ? this.#bodySpan(frame, item)
        : {
            file: frame.lexed.file.id,
            start: item.wordEnd + written.start,
            end: item.wordEnd + written.end,
          };
    this.#call = at;
    const header =
      written === undefined
        ? this.#computedHeader(item)
        : writtenHeader(item.body.slice(written.start, written.end));
    if (header === undefined || header.path === '') {
      this.#problems.push({ code: 'invalid-directive', directive: item.word, at });
      return;
    }
    const how = item.word === 'include_next' ? 'next' : 'first';
    const result = this.#find(frame, header, how);
    const { found, foundIn, name, asked } = result;
    if (typeof found === 'string') {
      this.#includes.push({ at, target: undefined, by: 'cpp' });
      this.#lacksText = true;
      this.#complainOfMissing(result, header.path, at);
      return;
    }
    this.#includes.push({
      at,
      target: found.id,
      by: 'cpp',
      ...(name !== found.id && { name }),
      ...(asked !== name && { asked }),
    });
    if (this.#once.has(found.id) || this.#stopped) return;
    if (item.word === 'import') this.#once.add(found.id);
    if (this.#includes.length > mostIncludes) {
      this.#stop();
      return;
    }
    // Entered before, with the same macros: it would go on like this forever.
    const again = this.#stack.some(
      (outer) => outer.lexed.file === found && outer.version === this.macros.version,
    );
    if (again || this.#stack.length > deepestInclude) {
      this.#problems.push({ code: 'include-cycle', path: header.path, at });
      return;
    }
    this.#readFile(found, foundIn, name);
  }

  #complainOfMissing({ found, tried }: Found, path: string, at: Span): void {
    if (found === 'absent') this.#problems.push({ code: 'include-not-found', path, tried, at });
    if (found === 'too-large') this.#problems.push({ code: 'file-too-large', path, at });
    // The last that was tried is the one that is there.
    const because = whyUnreadable(this.#files, tried.at(-1) ?? '');
    if (found === 'unreadable')
      this.#problems.push({ code: 'include-unreadable', path, because, at });
  }

  /** `#include MACRO`. */
  #computedHeader(item: DirectiveItem): Header | undefined {
    const expander = this.#expanderOf(item, 'include');
    const tokens: Token[] = [];
    for (let token = expander.next(); token.kind !== Kind.end; token = expander.next()) {
      if (token.kind !== Kind.padding) tokens.push(token);
    }
    expander.abandon();
    return headerOf(tokens);
  }

  /** The first file that `header` names: beside the including file (only `"..."`), then the include paths in order. */
  #find(frame: Frame, header: Header, how: 'first' | 'next'): Found {
    const { includePaths } = this.#options;
    const candidates: { readonly id: FileId; readonly foundIn: number }[] = [];
    const isAbsolute = /^(?:\/|[A-Za-z]:\/)/.test(header.path);
    const isNext = how === 'next' && this.#stack.length > 1;
    const here = frame.folder;
    if (isAbsolute) candidates.push({ id: joinPath(here, header.path), foundIn: -1 });
    else {
      if (!header.angled && !isNext) {
        candidates.push({ id: joinPath(here, header.path), foundIn: -1 });
      }
      for (let index = isNext ? frame.foundIn + 1 : 0; index < includePaths.length; index++) {
        candidates.push({
          id: joinPath(includePaths[index] as FileId, header.path),
          foundIn: index,
        });
      }
    }
    let waiting = false;
    for (const { id, foundIn } of candidates) {
      const file = this.#files.get(id);
      if (file === 'not-loaded') {
        waiting = true;
        this.#needs.add(id);
      } else if (file !== 'absent' && !waiting) {
        if (typeof file === 'string') return { found: file, foundIn, tried: [id] };
        const name = spelled(this.#files, id, header.path);
        const target = nameInTree(this.#files, this.#root.id, name);
        const found = target === id ? file : this.#files.get(target);
        if (found === 'not-loaded') this.#needs.add(target);
        return { found, name, asked: id, foundIn, tried: [id] };
      } else if (file !== 'absent') break;
    }
    const found = waiting ? 'not-loaded' : 'absent';
    return { found, foundIn: -1, tried: candidates.map(({ id }) => id) };
  }
}

/** Whether cpp obeys a pragma itself (libcpp: _cpp_init_internal_pragmas). */
function isObeyed(body: string): boolean {
  return /^\s*(?:(?:once|push_macro|pop_macro)\b|GCC\s+(?:poison|system_header|dependency|warning|error)\b)/.test(
    body,
  );
}

/** Whether what is read of a file hangs on a macro: its place in `frame`, or the place of that. */
function hangsOnMacro(frame: Frame): boolean {
  for (let open = frame.conditional; open; open = open.outer) if (open.hangsOnMacro) return true;
  return frame.hangsOnMacro;
}

/** Whether a condition may turn out otherwise with other macros: it has a name besides `defined`. */
function namesMacro({ word, body }: DirectiveItem): boolean {
  if (word === 'else') return false;
  return (body.match(/[A-Za-z_]\w*/g) ?? []).some((name) => name !== 'defined');
}

/** Where the line behind a directive begins. */
function lineBehind({ lexed }: Frame, item: Item | undefined): number {
  return Math.min((item?.end ?? 0) + 1, lexed.file.text.length);
}

function isString(token: Token | undefined): boolean {
  return token?.kind === Kind.quoted && token.text.startsWith('"');
}

/** Whether the tokens are `name (answer)`, or for `#unassert` a name alone. */
function isAssertion(tokens: readonly Token[], word: 'assert' | 'unassert'): boolean {
  const [name, open, answer] = tokens;
  if (name?.kind !== Kind.name) return false;
  if (open?.text !== '(') return word === 'unassert';
  return answer?.text !== ')' && tokens.some(({ text }) => text === ')');
}

interface Found {
  readonly found: SourceFile | Missing;
  /** Index of the include path; -1 for none. */
  readonly foundIn: number;
  /** The files that were looked for, up to the one that was found. */
  readonly tried: readonly FileId[];
  /** The name that was looked for, and the one by which the file was found; undefined when none was. */
  readonly asked?: FileId;
  readonly name?: FileId;
}

interface Header {
  readonly path: string;
  readonly angled: boolean;
}

function writtenHeader(text: string): Header {
  return { path: text.slice(1, -1), angled: text.startsWith('<') };
}

/** The header that tokens name: one string, or everything between `<` and `>`. */
function headerOf(tokens: readonly Token[]): Header | undefined {
  const first = tokens[0];
  if (first === undefined) return undefined;
  if (first.kind === Kind.quoted && first.text.startsWith('"')) return writtenHeader(first.text);
  const close = tokens.findIndex((token) => token.text === '>');
  if (first.text !== '<' || close < 0) return undefined;
  const path = tokens
    .slice(1, close)
    .map((token, index) => ((token.flags & Flag.space) !== 0 && index > 0 ? ' ' : '') + token.text);
  return { path: path.join(''), angled: true };
}

/** Where `"…"` or `<…>` stands that begins the body of an `#include`, behind white space and comments. */
function findWrittenHeader(body: string): { start: number; end: number } | undefined {
  let start = 0;
  for (;;) {
    while (isSpace(body.charCodeAt(start))) start++;
    if (!body.startsWith('/*', start)) break;
    const close = body.indexOf('*/', start + 2);
    if (close < 0) return undefined;
    start = close + 2;
  }
  const mark = body.charAt(start);
  const close = mark === '"' ? '"' : mark === '<' ? '>' : undefined;
  const end = close === undefined ? -1 : body.indexOf(close, start + 1) + 1;
  return end > 0 && !body.slice(start, end).includes('\n') ? { start, end } : undefined;
}

/** The last piece, in the order of places, for which `isBefore` holds; undefined when it does for none. */
function lastPiece(
  { pieces }: JoinedText,
  isBefore: (piece: JoinedText['pieces'][number]) => boolean,
): JoinedText['pieces'][number] | undefined {
  const isBehind = (index: number): boolean =>
    !isBefore(pieces[index] as JoinedText['pieces'][number]);
  return pieces[firstIndexWhere(pieces.length, isBehind) - 1];
}

/** The tokens of a directive's line. */
class ScannerSource implements TokenSource {
  readonly #scanner: Scanner;
  #remembered = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  next(): Token {
    const token = this.#scanner.next();
    return token.kind === Kind.end ? token : { ...token, at: -1 };
  }

  remember(): void {
    this.#remembered = this.#scanner.position;
  }

  restore(): void {
    this.#scanner.position = this.#remembered;
  }
}

/** The tokens of the file being read, from where its frame stands. */
class FrameSource implements TokenSource {
  readonly #run: Run;
  #scanner: Scanner | undefined;
  #item: TextItem | undefined;
  #joined: JoinedText | undefined;
  #remembered: Pick<Frame, 'item' | 'mark' | 'position' | 'conditional'> | undefined;

  constructor(run: Run) {
    this.#run = run;
  }

  next(within: 'text' | 'lookahead' | 'call'): Token {
    const { frame } = this.#run;
    this.#run.dependsOnPlace = true;
    for (;;) {
      const item = frame.lexed.items[frame.item];
      if (item === undefined) return endToken;
      if (frame.position - (this.#remembered?.position ?? 0) > this.#run.longestCall)
        return endToken;
      if (item.kind === 'directive') {
        this.#scanner = undefined;
        if (within === 'lookahead') return endToken;
        if (!this.#run.directive(frame, item, 'call')) return endToken;
        continue;
      }
      if (this.#scanner === undefined || this.#item !== item) this.#startScanning(frame, item);
      const scanner = this.#scanner as unknown as Scanner;
      const token = scanner.next();
      frame.position = this.#sourceOffset(scanner.position);
      if (token.kind !== Kind.end) {
        return this.#joined === undefined ? token : { ...token, at: this.#sourceOffset(token.at) };
      }
      this.#scanner = undefined;
      frame.item++;
      const next = frame.lexed.items[frame.item];
      frame.position = next?.start ?? frame.lexed.file.text.length;
      frame.mark = next?.kind === 'text' ? next.firstMark : 0;
    }
  }

  remember(): void {
    const { item, mark, position, conditional } = this.#run.frame;
    this.#remembered = { item, mark, position, conditional };
    this.#scanner = undefined;
  }

  restore(): void {
    Object.assign(this.#run.frame, this.#remembered);
    this.#scanner = undefined;
  }

  #startScanning(frame: Frame, item: TextItem): void {
    this.#item = item;
    this.#joined = this.#run.joinedText(frame, item);
    const { text } = frame.lexed.file;
    const isFirst = frame.position === item.start ? 'line' : 'middle';
    if (isFirst === 'line') this.#run.checkPoison(frame, item);
    if (this.#joined === undefined) {
      this.#scanner = new Scanner(text, frame.position, item.end, this.#run.names, isFirst);
      return;
    }
    const piece = lastPiece(this.#joined, ({ source }) => source <= frame.position);
    const start = frame.position - (piece?.source ?? 0) + (piece?.joined ?? 0);
    const joined = this.#joined.text;
    this.#scanner = new Scanner(joined, start, joined.length, this.#run.names, isFirst);
  }

  #sourceOffset(offset: number): number {
    if (this.#joined === undefined) return offset;
    const piece = lastPiece(this.#joined, ({ joined }) => joined < offset);
    return offset - (piece?.joined ?? 0) + (piece?.source ?? this.#item?.start ?? 0);
  }
}
