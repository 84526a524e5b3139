// `dtmap facts`: what a boot needs beside the tree, what is assumed of it, what depends on that, and how to settle it.

import { listFacts, type ListedFact } from '../ide/list-facts.ts';
import { wordUnreadText, type UnreadText } from '../memory/unread-text.ts';
import { allSystems } from '../systems/all-systems.ts';
import { systemIdOf } from '../target/boot.ts';
import { Failure } from './failure.ts';
import { openTree } from './open-tree.ts';
import { releaseOf } from './map-json.ts';
import { jsonText, textLines, writeResult } from './output.ts';
import type { BoardOptions } from './program.ts';
import { remarkUnread } from './remark-unread.ts';
import type { OpenBoard, Session } from './session.ts';

/** A boot fact; what depends on it is said of targets as they were asked for. */
export type JsonListedFact = Omit<ListedFact, 'decides'> & {
  readonly decides: readonly {
    readonly target: string;
    readonly release: string;
    readonly parts: readonly string[];
  }[];
};

/** Prints the boot facts of one board. */
export async function factsCommand(
  session: Session,
  name: string,
  options: BoardOptions,
): Promise<number> {
  const opened = await openTree(session, name, options);
  const json = factsJson(opened, name);
  writeResult(
    session.shell,
    options.output,
    options.format === 'json'
      ? jsonText(json)
      : printFacts(name, json.targets, json.facts, opened.board.map.unread),
  );
  return remarkUnread(session, opened);
}

/** The boot facts of a board as plain data: what `facts --format json` prints. */
export interface JsonFacts {
  readonly version: 1;
  readonly file: string;
  readonly targets: readonly string[];
  readonly facts: readonly JsonListedFact[];
}

/** `name` is the board as it was named. Fails for a tree that is for another system. */
export function factsJson(opened: OpenBoard, name: string): JsonFacts {
  const { board } = opened;
  if (board.foreignReader !== undefined)
    throw new Failure(`${name}: this device tree is for ${board.foreignReader}, not for Xen`);
  const facts = listFacts(board).map(({ decides, ...fact }) => ({
    ...fact,
    decides: decides.map(({ target, parts }) => ({
      ...releaseOf({ target }, opened.request.targets),
      parts,
    })),
  }));
  // Boots that text was missing for name no facts, but they are asked for as well.
  const targets = opened.request.targets
    .filter(({ name: target }) =>
      allSystems.some(({ id, dependents }) => id === systemIdOf(target) && dependents),
    )
    .map(({ asked }) => asked);
  return { version: 1, file: name, targets, facts };
}

function printFacts(
  name: string,
  targets: readonly string[],
  facts: readonly JsonListedFact[],
  unread: UnreadText | undefined,
): string {
  const open = facts.filter(({ decides }) => decides.length > 0);
  const rest = facts.filter(({ decides }) => decides.length === 0);
  const verdict =
    targets.length === 0
      ? `${name}: no release of Xen among the targets; name one with --xen`
      : unread
        ? `${name}: what depends on boot facts is unknown: ${wordUnreadText(unread)}`
        : open.length === 0
          ? `${name}: nothing depends on an assumed boot fact`
          : `${name}: ${open.length} boot ${open.length === 1 ? 'fact decides' : 'facts decide'} something and ${open.length === 1 ? 'is' : 'are'} not known for certain`;
  return textLines([
    verdict,
    ...open.flatMap((each) => [
      '',
      `${each.fact}: ${shownValue(each)} (${each.basis}: ${each.because})`,
      ...each.decides.map(
        ({ target, release, parts }) =>
          `  decides under ${systemIdOf(target)}:${release}: ${parts.join(', ')}`,
      ),
      `  to find it: ${each.find}`,
    ]),
    ...(open.length === 0
      ? []
      : [
          '',
          'Write what you know into a boot profile and pass it with --profile FILE, or as bootProfile in dtmap.json:',
          `  ${exampleProfile(open)}`,
        ]),
    '',
    'Other facts:',
    ...rest.map((each) => `  ${each.fact}: ${shownValue(each)} (${each.basis}: ${each.because})`),
  ]);
}

function shownValue({ value, basis }: Pick<ListedFact, 'value' | 'basis'>): string {
  if (value === undefined) return basis === 'tree' ? 'as in the tree' : 'not known';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A profile with the assumed values of these facts, and dots for those not known; what no profile holds is left out. */
function exampleProfile(facts: readonly Pick<ListedFact, 'fact' | 'value'>[]): string {
  const profile: Record<string, unknown> = {};
  for (const { fact, value = '...' } of facts) {
    if (fact === 'kernel.module') continue;
    const [group = '', field] = fact.split('.');
    if (field === undefined) profile[group] = value;
    else profile[group] = { ...(profile[group] as object | undefined), [field]: value };
  }
  return JSON.stringify(profile);
}
