// Writes files so that each is as it was or as it shall be, never between, and those of one fix all or none.

import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { codeOf, FileFault, reasonOf } from './node-file-reason.ts';
import type { ChangedFile, Replacement, Unreplaced } from './text/replacement.ts';
import type { FileId } from './text/span.ts';

/**
 * Writes the result of a command whole; throws when it cannot, and what was there before is then there again. A regular
 * file is replaced by a new one that keeps mode and, where permitted, owner; a link stays a link. Written into as they
 * are: pipes and devices, files with several hard links, and those that cannot be replaced (the folder is not writable,
 * a mount point); only these can be cut short by a kill.
 */
export function writeFile(name: string, content: Uint8Array): void {
  try {
    const found = statSync(name, { throwIfNoEntry: false });
    const target = found?.isFile() === false ? undefined : targetOf(name);
    if (target === undefined) writeFileSync(name, content);
    else if (typeof target === 'number') writeWhole(target, content);
    else
      undisturbed(() => {
        writeRegular(target, content, found);
      });
  } catch (error) {
    const code = codeOf(error);
    throw code === 'ENOENT' || code === 'ENOTDIR' ? new FileFault('no such folder', code) : error;
  }
}

function writeRegular(target: string, content: Uint8Array, found: Stats | undefined): void {
  if (found !== undefined) {
    assertWritable(target);
    if (found.nlink > 1) {
      writeInto(target, content);
      return;
    }
  }
  const temporaries = new Set<string>();
  try {
    renameSync(makeTemporary('new', target, content, found, temporaries), target);
    temporaries.clear();
    syncFolder(path.dirname(target));
  } catch (error) {
    if (found === undefined || !UNREPLACEABLE.has(codeOf(error))) throw error;
    writeInto(target, content);
  } finally {
    temporaries.forEach(removeQuietly);
  }
}

/** What the system says where a file may be written but not replaced. */
const UNREPLACEABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EXDEV']);

interface Target extends Replacement {
  readonly file: FileId;
  /** The file itself, behind all links. */
  path: string;
  /** Of the file when it was examined. */
  stats: BigIntStats | undefined;
  /** The new content, beside the file. */
  next: string;
  /** The previous content, beside the file. */
  copy: string | undefined;
}

/**
 * Replaces the contents of all files or of none; what stopped it when it could not. A file that is not what it was when
 * it was read is not overwritten. Before the first file is touched every one is checked, and its new content is on the
 * disk beside it; when a file cannot be replaced after all, those before it are put back. Between two of the final
 * renames nothing else is done: a process killed just there leaves the first files new, the others old, and beside each
 * the content that it has not.
 */
export async function replaceFiles(
  replacements: ReadonlyMap<FileId, Replacement>,
  pathOf: (file: FileId) => string,
): Promise<Unreplaced | undefined> {
  const targets = [...replacements].flatMap(([file, { before, after }]): Target[] =>
    areEqual(before, after)
      ? []
      : [{ file, before, after, path: '', stats: undefined, next: '', copy: undefined }],
  );
  const temporaries = new Set<string>();
  const beside = (target: Target, kind: 'new' | 'old'): string => {
    const content = kind === 'new' ? target.after : target.before;
    return makeTemporary(kind, target.path, content, statSync(target.path), temporaries);
  };
  const failure = undisturbed(() => {
    try {
      return (
        firstFailure(targets, (target) => {
          examine(target, pathOf(target.file), targets);
        }) ??
        firstFailure(targets, (target) => (target.next = beside(target, 'new'))) ??
        // Nothing has to be put back when it is the last that fails.
        firstFailure(targets.slice(0, -1), (target) => (target.copy = beside(target, 'old'))) ??
        firstFailure(targets, assertSame) ??
        renameAll(targets, temporaries)
      );
    } finally {
      temporaries.forEach(removeQuietly);
    }
  });
  // Here a signal that came is obeyed; other files may be waiting.
  await new Promise(setImmediate);
  return failure;
}

function firstFailure(
  targets: readonly Target[],
  action: (target: Target) => void,
): Unreplaced | undefined {
  for (const target of targets) {
    try {
      action(target);
    } catch (error) {
      return { file: target.file, because: reasonOf(error), changed: [] };
    }
  }
  return undefined;
}

/** Finds the file behind a name, and throws when it must not or cannot be replaced. */
function examine(target: Target, name: string, targets: readonly Target[]): void {
  const found = targetOf(name);
  if (typeof found === 'number') throw new FileFault('is not a regular file');
  target.path = found;
  const stats = statSync(found, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) throw new FileFault('was removed after it was read');
  if (!stats.isFile()) throw new FileFault('is not a regular file');
  // A rename would part the names, and writing into the file would change what others rely on.
  if (stats.nlink > 1n)
    throw new FileFault(
      `has ${String(stats.nlink)} hard links, which a fix would separate; replace it with a copy first`,
    );
  if (targets.some(({ stats: other }) => other?.dev === stats.dev && other.ino === stats.ino))
    throw new FileFault('is edited under two names');
  assertWritable(found);
  if (!areEqual(readFileSync(found), target.before)) throw new FileFault(CHANGED);
  target.stats = stats;
}

const CHANGED = 'changed on disk after it was read; run the command again';

/** Throws when the file is another than the one that was examined, or was written to since. */
function assertSame({ path: name, stats: then }: Target): void {
  const now = lstatSync(name, { bigint: true, throwIfNoEntry: false });
  const isSame = (['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const).every(
    (field) => now?.[field] === then?.[field],
  );
  if (!isSame) throw new FileFault(CHANGED);
}

/** Puts the new contents into their places; the previous ones again when one cannot be put there. */
function renameAll(targets: readonly Target[], temporaries: Set<string>): Unreplaced | undefined {
  const done: Target[] = [];
  const failure = firstFailure(targets, (target) => {
    renameSync(target.next, target.path);
    temporaries.delete(target.next);
    done.push(target);
  });
  const changed: ChangedFile[] = [];
  if (failure !== undefined) {
    for (const { file, path: name, copy = '' } of done.reverse()) {
      try {
        renameSync(copy, name);
      } catch {
        changed.push({ file, copy });
        temporaries.delete(copy);
      }
    }
  }
  for (const folder of new Set(targets.map(({ path: name }) => path.dirname(name))))
    syncFolder(folder);
  return failure && { ...failure, changed };
}

/**
 * The file behind `name`, which need not exist: links are followed, so that a link stays one. A number for a file that
 * this process has open, such as `/dev/stdout` of a shell that writes it to a file: the shell goes on from there.
 */
function targetOf(name: string): string | number {
  let target = name;
  for (let links = 0; links < MOST_LINKS; links += 1) {
    if (lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return target;
    const folder = realpathSync.native(path.dirname(target));
    if (OPEN_FILES.exec(folder)?.[1] === String(process.pid)) return Number(path.basename(target));
    const link = readlinkSync(target);
    // Not `path.join`: what `..` means behind a link to a folder, the system alone knows.
    target = path.isAbsolute(link) ? link : `${path.dirname(target)}/${link}`;
  }
  throw new FileFault('too many symbolic links', 'ELOOP');
}

/** Linux follows no more. */
const MOST_LINKS = 40;
const OPEN_FILES = /^\/proc\/(\d+)\/(?:task\/\d+\/)?fd$/;

/** Opening tells what mode bits do not: read-only mounts, immutable files. */
function assertWritable(name: string): void {
  closeSync(openSync(name, constants.O_WRONLY));
}

/**
 * A new file beside `target` with `content`, on the disk when this returns. Its name is put into `temporaries` first,
 * so that it can be removed whatever happens. It has the mode of `like` and, where permitted, its owner, else what any new
 * file has.
 */
function makeTemporary(
  kind: 'new' | 'old',
  target: string,
  content: Uint8Array,
  like: Stats | undefined,
  temporaries: Set<string>,
): string {
  // Hidden, with no ending that anybody looks for, and short enough for every file system.
  const base = path.basename(target).slice(0, 40);
  // The global one, since the server would load all of node:crypto for it at every start.
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(6)));
  const name = `${path.dirname(target)}/.${base}.dtmap-${kind}-${random.toString('hex')}`;
  const descriptor = openBeside(name, like === undefined ? 0o666 : 0o600);
  temporaries.add(name);
  try {
    writeWhole(descriptor, content);
    if (like !== undefined) makeAlike(descriptor, like);
    // What puts a file back puts back its time.
    if (like !== undefined && kind === 'old') futimesSync(descriptor, like.atime, like.mtime);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return name;
}

function openBeside(name: string, mode: number): number {
  try {
    return openSync(name, 'wx', mode);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EACCES' || code === 'EPERM')
      throw new FileFault('its folder is not writable', code);
    throw error;
  }
}

/** Gives an open file the owner and mode of another; one who may not give files away keeps the group, or neither. */
function makeAlike(descriptor: number, like: Stats): void {
  const own = fstatSync(descriptor);
  const hasOwner =
    (own.uid === like.uid && own.gid === like.gid) ||
    [like.uid, own.uid].find((uid) => isChanged(descriptor, uid, like.gid)) === like.uid;
  // Bits that lend an owner's rights are not for another owner.
  const mode = like.mode & (hasOwner ? 0o7777 : 0o777);
  // Some file systems have one mode for all files and let nobody set it.
  if ((fstatSync(descriptor).mode & 0o7777) !== mode) fchmodSync(descriptor, mode);
}

function isChanged(descriptor: number, uid: number, gid: number): boolean {
  try {
    fchownSync(descriptor, uid, gid);
    return true;
  } catch {
    return false;
  }
}

/** Writes into a regular file as it is; puts its previous content back when that fails. */
function writeInto(name: string, content: Uint8Array): void {
  const previous = readIfReadable(name);
  const descriptor = openSync(name, constants.O_WRONLY);
  try {
    try {
      overwrite(descriptor, content);
    } catch (error) {
      try {
        if (previous === undefined) throw error;
        overwrite(descriptor, previous);
      } catch {
        throw new FileFault(`${reasonOf(error)}; the file is incomplete now`);
      }
      throw error;
    }
  } finally {
    closeSync(descriptor);
  }
}

// Cut to length last: what the old content occupies is room for the new one, and for the old one again.
function overwrite(descriptor: number, content: Uint8Array): void {
  writeWhole(descriptor, content, 0);
  ftruncateSync(descriptor, content.length);
  fsyncSync(descriptor);
}

/** Writes all bytes from `position` on, or where the file stands. */
function writeWhole(descriptor: number, content: Uint8Array, position?: number): void {
  for (let done = 0; done < content.length;) {
    const at = position === undefined ? null : position + done;
    done += writeSync(descriptor, content, done, content.length - done, at);
  }
}

function readIfReadable(name: string): Uint8Array | undefined {
  try {
    return readFileSync(name);
  } catch {
    return undefined;
  }
}

/** Makes renames last. Not every system can do this; each file is whole without it. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, constants.O_RDONLY);
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Windows, and folders that may be written but not read.
  }
}

function removeQuietly(name: string): void {
  try {
    unlinkSync(name);
  } catch {
    // Not there yet, or a file system that no longer takes anything: it is only a copy.
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whether signals are kept back already: several files may be written in one turn of the event loop. */
let areKept = false;

/**
 * What `work` returns. A signal that asks the process to end while it works ends it right after, so that nothing is
 * half done and no temporary file stays.
 */
function undisturbed<Result>(work: () => Result): Result {
  if (!areKept) {
    areKept = true;
    for (const signal of SIGNALS) process.on(signal, end);
    // Signals that came are told in the next turn of the event loop, before this.
    setImmediate(letSignalsEnd);
  }
  return work();
}

function letSignalsEnd(): void {
  areKept = false;
  for (const signal of SIGNALS) process.off(signal, end);
}

function end(signal: NodeJS.Signals): void {
  letSignalsEnd();
  process.kill(process.pid, signal);
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
