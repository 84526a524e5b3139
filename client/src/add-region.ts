// Asks for a size and a place, and adds a reserved region there.

import * as vscode from 'vscode';
import { applyFix } from './apply-fix.ts';
import { faultWhile } from './fault-while.ts';
import type { Session } from './session.ts';

export async function addRegion(session: Session, document: vscode.TextDocument): Promise<void> {
  const size = await vscode.window.showInputBox({
    title: 'How large is the new region?',
    prompt: '16 MiB, 64K, 0x1000000',
    value: '16 MiB',
    validateInput: faultWhile(session, 'size'),
  });
  if (!size) return;
  const places = await session.request('dtmap/placesForRegion', {
    uri: document.uri.toString(),
    size,
  });
  const picked = await vscode.window.showQuickPick(
    places.map((fix) => ({ label: fix.title, fix })),
    { title: `Where is the ${size} region to be?`, placeHolder: 'Free places, 2 MiB aligned' },
  );
  if (picked) await applyFix(picked.fix);
}
