// `check --fix`: applies the preferred fixes of boards, or shows what they would change.

import { createTwoFilesPatch } from 'diff';
import { analyze } from '../analysis/analyze.ts';
import type { Finding } from '../rules/finding.ts';
import { fixAll, type FixedTexts } from '../ide/fix-all.ts';
import { encodeText } from '../text/encode.ts';
import type { Replacement } from '../text/replacement.ts';
import type { FileId, Span } from '../text/span.ts';
import { Failure } from './failure.ts';
import type { CheckOptions } from './program.ts';
import type { Session } from './session.ts';
import { settingsFor } from './settings.ts';

/** The texts one board needs to change; nothing is written. */
export async function fixBoard(
  session: Session,
  name: string,
  options: CheckOptions,
): Promise<FixedTexts> {
  const boardFile = await session.findBoard(name, options);
  if (boardFile.isBlob || name === '-')
    throw new Failure(`${name}: only source files can be fixed`);
  const settings = settingsFor(session.shell, boardFile.file, options);
  const { request, findings, made } = await session.open(boardFile, settings);
  const reader = await session.reader();
  const { files } = session.shell;
  // What was made from a boot script stands behind the board's own text; it is no text of the user's to be mended.
  const written = files.get(boardFile.root);
  const [appended] = made;
  const tail =
    appended === undefined || typeof written === 'string' ? 0 : written.text.length - appended.from;
  const texts = fixAll(
    files,
    (current) => {
      const analysis = current === files ? undefined : analyze(request, current, reader);
      if (analysis !== undefined && analysis.kind !== 'complete') return [];
      const root = current.get(boardFile.root);
      const end = typeof root === 'string' ? 0 : root.text.length - tail;
      return (analysis?.findings ?? findings).map((finding) =>
        withoutFixesOf(finding, ({ file, start }) => file === boardFile.root && start > end),
      );
    },
    () => true,
  );
  if (tail === 0) return texts;
  files.unset(boardFile.root);
  return new Map(
    [...texts].map(([file, text]) => [file, file === boardFile.root ? text.slice(0, -tail) : text]),
  );
}

/** The finding with those fixes left out that edit a place of which `isMade` holds. */
function withoutFixesOf(finding: Finding, isMade: (at: Span) => boolean): Finding {
  return {
    ...finding,
    get fixes() {
      return finding.fixes.filter(({ edits }) => !edits.some(({ at }) => isMade(at)));
    },
  };
}

/** Writes the changed files, all or none; fails with the one that cannot be written. */
export async function writeFixed(session: Session, texts: FixedTexts): Promise<void> {
  const { files } = session.shell;
  const replacements = new Map<FileId, Replacement>();
  for (const [file, text] of texts) {
    const before = files.bytes(file);
    if (typeof before === 'string') throw new Failure(`${session.shown(file)}: cannot be read`);
    replacements.set(file, { before, after: encodeText(text) });
  }
  const stopped = await files.replaceAll(replacements);
  if (stopped === undefined) return;
  const outcome = stopped.changed.map(
    ({ file, copy }) =>
      `${session.shown(file)} is changed and could not be restored, ${session.shown(copy)} has its previous content`,
  );
  throw new Failure(
    `${session.shown(stopped.file)}: ${stopped.because}; ${outcome.join('; ') || 'nothing was changed for this board'}`,
  );
}

/** The changes as a unified diff that `patch -p1` takes. */
export function diffOfFixed(session: Session, texts: FixedTexts): string {
  return [...texts]
    .map(([file, text]) => {
      const source = session.shell.files.get(file);
      const before = typeof source === 'string' ? '' : source.text;
      const name = session.shown(file);
      return createTwoFilesPatch(`a/${name}`, `b/${name}`, before, text).replace(/^=+\n/, '');
    })
    .join('');
}
