// `dtmap fmt`: source formatted in place, as a patch, or only looked at.

import { createTwoFilesPatch } from 'diff';
import { findUnclosed, formatText } from '../ide/format.ts';
import { encodeText } from '../text/encode.ts';
import { LineIndex } from '../text/line-index.ts';
import type { FileId } from '../text/span.ts';
import { failureText } from './check-boards.ts';
import { Failure } from './failure.ts';
import { textLines } from './output.ts';
import { displayPath } from './places.ts';
import type { FormatOptions } from './program.ts';
import type { Session } from './session.ts';
import { readText } from './settings.ts';

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
  let failed = false;
  for (const name of names) {
    try {
      const formatted = await format(session, name);
      const isSame = formatted.before === formatted.after;
      differ ||= !isSame;
      if (options.check) {
        if (!isSame) shell.stdout.write(textLines([`${formatted.name}: not formatted`]));
      } else if (options.diff) {
        if (!isSame) shell.stdout.write(patchOf(session, formatted));
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

function patchOf({ shell }: Session, { file, name, before, after }: Formatted): string {
  const folder = shell.files.realPath(shell.cwd);
  const shown =
    name === '<stdin>' ? name : displayPath(shell.files.realPath(file), folder, 'relative');
  return createTwoFilesPatch(`a/${shown}`, `b/${shown}`, before, after).replace(/^=+\n/, '');
}

async function write({ shell }: Session, { file, name, after }: Formatted): Promise<void> {
  const bytes = shell.files.bytes(file);
  if (typeof bytes === 'string') throw new Failure(`${name}: cannot be read`);
  const stopped = await shell.files.replaceAll(
    new Map([[file, { before: bytes, after: encodeText(after) }]]),
  );
  if (stopped !== undefined) throw new Failure(`${name}: ${stopped.because}; nothing was changed`);
  shell.stderr.write(textLines([`dtmap: ${name}: formatted`]));
}
