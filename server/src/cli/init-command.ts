// `dtmap init`: a commented `dtmap.json` to begin with.

import { writeProject } from '../inputs/write-project.ts';
import { allSystems } from '../systems/all-systems.ts';
import { defaultTargets } from '../systems/targets.ts';
import { joinPath } from '../text/join-path.ts';
import { releaseNameOf } from '../target/boot.ts';
import { Failure } from './failure.ts';
import { textLines, writeResult } from './output.ts';
import { releasesAsked, type InitOptions } from './program.ts';
import type { Session } from './session.ts';
import { checkTargets, findProjectOf, resolveFile } from './settings.ts';

/** Writes `dtmap.json` into a folder, or where `-o` says; a file that is there is never replaced. */
export function initCommand(
  { shell }: Session,
  folder: string | undefined,
  options: InitOptions,
): number {
  const asked = allSystems.flatMap(({ id }) =>
    releasesAsked(options, id).map((name) => `${id}:${releaseNameOf(name)}`),
  );
  checkTargets(asked);
  const text = writeProject(asked.length > 0 ? asked : defaultTargets);
  if (options.output !== undefined) {
    writeResult(shell, options.output, text);
    return 0;
  }
  const name = folder ?? '.';
  const top = resolveFile(name, shell.cwd);
  if (shell.files.whyUnreadable(top) !== 'is a directory')
    throw new Failure(`${name}: ${shell.files.whyUnreadable(top) ?? 'is not a folder'}`);
  const file = joinPath(top, 'dtmap.json');
  const shown = name === '.' ? 'dtmap.json' : `${name.replace(/\/$/, '')}/dtmap.json`;
  if (shell.files.exists(file)) throw new Failure(`${shown}: is there already and was not changed`);
  const above = findProjectOf(shell, file);
  const why = shell.files.write(file, text);
  if (why !== undefined) throw new Failure(`${shown}: ${why}`);
  const remarks = [`${shown}: written; the editor and dtmap check read it from now on`];
  if (above !== undefined)
    remarks.push(`${above} applies no more below this folder; name it in "extends" to keep it`);
  shell.stderr.write(textLines(remarks.map((remark) => `dtmap: ${remark}`)));
  return 0;
}
