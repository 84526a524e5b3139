// A worker process of fixes.test.ts: what is offered for a board of the kernel, and what is refused and why.

import path from 'node:path';
import { Session } from '../../server/src/cli/session.ts';
import { settingsFor } from '../../server/src/cli/settings.ts';
import { trialHostFor, tryFixesOf } from '../../server/src/cli/try-fixes.ts';
import { NodeFiles } from '../../server/src/node-files.ts';
import type { TextEdit } from '../../server/src/text/edit.ts';
import { checkTitle } from '../fixes/check-title.ts';
import { FIX_OPTIONS } from '../fixes/fix-options.ts';
import { shellOf } from '../support/run-dtmap.ts';
import { kernelTree } from './kernel-tree.ts';

export interface OfferedFix {
  readonly board: string;
  readonly rule: string;
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

export interface Offered {
  readonly fixes: readonly OfferedFix[];
  /** By code. */
  readonly refused: readonly string[];
  /** Milliseconds of CPU time. */
  readonly took: number;
}

const session = new Session(shellOf(kernelTree(), new NodeFiles()).shell);

async function offer(board: string): Promise<Offered> {
  const before = process.cpuUsage();
  const name = path.relative(kernelTree(), board);
  const boardFile = await session.find(name, FIX_OPTIONS);
  const settings = settingsFor(session.shell, boardFile.file, FIX_OPTIONS);
  const opened = session.open(boardFile, settings, 'findings');
  const host = trialHostFor(session, opened, FIX_OPTIONS);
  const fixes: OfferedFix[] = [];
  const refused: string[] = [];
  for (const [finding, offers] of await tryFixesOf(opened, opened.findings, host))
    offers.forEach((each, index) => {
      if (!each.ok) {
        refused.push(each.refusal.code);
        return;
      }
      const { title, edits } = each.fix;
      checkTitle(title, finding.proposals[index]?.change ?? []);
      fixes.push({ board, rule: finding.rule, title, edits });
    });
  const { user, system } = process.cpuUsage(before);
  return { fixes, refused, took: (user + system) / 1000 };
}

process.on('message', (board: string) => {
  offer(board).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      throw error;
    },
  );
});
