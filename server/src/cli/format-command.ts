// `dtmap fmt`: source formatted in place, as a patch, or only looked at.

import { findUnclosed, formatText } from '../ide/format.ts';
import { encodeText } from '../text/encode.ts';
import { LineIndex } from '../text/line-index.ts';
import type { FileId } from '../text/span.ts';
import { failureText } from './check-boards.ts';
import { expandNames, sources } from './expand-names.ts';
import { Failure } from './failure.ts';
import { textLines } from './output.ts';
import { patchOf } from './patch-of.ts';
import { displayPath } from './places.ts';
import type { FormatOptions } from './program.ts';
import type { Session } from './session.ts';
import { readText } from '../boot-files/named-files.ts';
import { writeTexts } from './write-texts.ts';

/** One file; only white space of it differs. */
interface Formatted {
  readonly file: FileId;
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/**
 * Formats each file by itself, `-` from standard input to standard output. Status 1 when `--check` or `--diff` finds a
 * difference, 2 when a file could not be formatted; the others are, all the same.
 */
export async function formatCommand(
  session: Session,
  names: readonly string[],
  options: FormatOptions,
): Promise<number> {
  const { shell } = session;
  if (names.includes('-') && names.length > 1)
    throw new Failure('fmt: standard input is formatted by itself, without other files');
  let differ = false;
  const expanded = expandNames(shell, names, sources);
  let failed = expanded.failures.length > 0;
  for (const { failure } of expanded.failures) shell.stderr.write(`dtmap: ${failure}\n`);
  for (const name of expanded.names) {
    try {
      const formatted = await format(session, name);
      const isSame = formatted.before === formatted.after;
      differ ||= !isSame;
      if (options.check) {
        if (!isSame) shell.stdout.write(textLines([`${formatted.name}: not formatted`]));
      } else if (options.diff) {
        if (!isSame) shell.stdout.write(patchOfFile(session, formatted));
      } else if (name === '-') shell.stdout.write(encodeText(formatted.after));
      else if (!isSame) await write(session, formatted);
    } catch (error) {
      failed = true;
      shell.stderr.write(`dtmap: ${failureText(error, session, name)}\n`);
    }
  }
  const isOnlyLooking = options.check === true || options.diff === true;
  return failed ? 2 : isOnlyLooking && differ ? 1 : 0;
}

async function format(session: Session, name: string): Promise<Formatted> {
  const { file, isBlob } = await session.find(name, {});
  const shown = name === '-' ? '<stdin>' : name;
  if (isBlob) throw new Failure(`${shown}: a blob has no text to format`);
  const before = readText(session.shell, file, shown);
  const unclosed = findUnclosed(before);
  if (unclosed) {
    const { line, column } = new LineIndex(before).positionAt(unclosed.start);
    throw new Failure(
      `${shown}:${line}:${column}: this ${unclosed.what} does not end; close it, then format`,
    );
  }
  return { file, name: shown, before, after: formatText(before) };
}

function patchOfFile({ shell }: Session, { file, name, before, after }: Formatted): string {
  // A patch goes into files, not into links to them.
  const realPath = (each: FileId): FileId => shell.files.realPath(each);
  const isInput = name === '<stdin>';
  const shown = isInput ? name : displayPath(realPath(file), realPath(shell.cwd), 'relative');
  return patchOf(shown, before, after);
}

async function write(session: Session, { file, name, after }: Formatted): Promise<void> {
  await writeTexts(session, new Map([[file, after]]), 'nothing was changed');
  session.shell.stderr.write(textLines([`dtmap: ${name}: formatted`]));
}
