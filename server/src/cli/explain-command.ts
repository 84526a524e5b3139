// `dtmap explain`: a rule's page, what a binding says, or a captured boot log line by line with cause and fix.

import { explainLog, type ExplainedLine } from '../console/explain-log.ts';
import { readBootLog } from '../console/read-boot-log.ts';
import { formatAddress } from '../addresses/format.ts';
import { bindingPage, bindingPageText } from '../ide/binding-page.ts';
import { explainWithBoard, type PlacedLine } from '../ide/explain-with-board.ts';
import { allRules } from '../rules/all-rules.ts';
import type { Severity } from '../rules/finding.ts';
import { rulePage, sourcesOf } from '../rules/rule-page.ts';
import { markdownCode, markdownText } from '../text/markdown.ts';
import { nodeAt, spanOf, walkNodes, type DeviceTree, type DtNode } from '../tree/device-tree.ts';
import { Failure } from './failure.ts';
import { openTree } from './open-tree.ts';
import { jsonText, textLines, writeResult } from './output.ts';
import type { JsonPlace } from './places.ts';
import { placeText } from './print-map.ts';
import type { ExplainOptions } from './program.ts';
import { boardOptions, refuseOptions } from './refuse-options.ts';
import type { OpenBoard, Session } from './session.ts';
import { readText } from '../boot-files/named-files.ts';
import { resolveFile } from './settings.ts';

/** A rule as plain data: what `explain RULE --format json` prints. */
export interface JsonRule {
  readonly version: 1;
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  readonly instead: string;
  readonly source: readonly string[];
}

/** A log as plain data: what `explain LOG --format json` prints. */
export interface JsonLog {
  readonly version: 1;
  readonly file: string;
  readonly lines: readonly JsonExplained[];
}

export interface JsonExplained {
  readonly line: number;
  readonly text: string;
  readonly grade: ExplainedLine['grade'];
  readonly cause: string;
  readonly cure?: string;
  readonly rule?: string;
  readonly address?: string;
  readonly node?: string;
  readonly at?: JsonPlace;
  readonly repeats: number;
}

/** Prints the page of the rule of that name, else explains the file of that name. */
export async function explainCommand(
  session: Session,
  what: string,
  options: ExplainOptions,
): Promise<number> {
  const { shell } = session;
  if (what.startsWith(bindingPrefix)) return explainBinding(session, what, options);
  const rule = allRules.find(({ id }) => id === what);
  if (rule) {
    refuseOptions(options, boardOptions, 'has no meaning for the page of a rule');
    if (options.board !== undefined)
      throw new Failure('--board has no meaning for the page of a rule');
  } else if (options.board === undefined)
    refuseOptions(options, boardOptions, 'is about the board of a log: name it with --board');
  const result =
    rule && options.format !== 'json' ? rulePage(rule) : await explained(session, what, options);
  const text =
    typeof result === 'string'
      ? result
      : 'lines' in result && options.format !== 'json'
        ? printed(result.lines, what, options.format)
        : jsonText(result);
  writeResult(shell, options.output, text);
  return 0;
}

/** The rule of that name, else the lines of the log of that name, as plain data. */
export async function explained(
  session: Session,
  what: string,
  options: ExplainOptions,
): Promise<JsonRule | JsonLog> {
  const { shell } = session;
  const rule = allRules.find(({ id }) => id === what);
  if (rule)
    return {
      version: 1,
      rule: rule.id,
      severity: rule.severity,
      title: rule.title,
      why: rule.why.trim(),
      instead: rule.instead.trim(),
      source: sourcesOf(rule),
    };
  const file = resolveFile(what, shell.cwd);
  if (what !== '-' && shell.files.whyUnreadable(file) === 'no such file' && !/[./]/.test(what))
    throw new Failure(`${what}: neither a rule nor a file`);
  const text =
    what === '-' ? Buffer.from(await shell.stdin()).toString('utf8') : readText(shell, file, what);
  const log = readBootLog(text);
  const opened =
    options.board === undefined
      ? undefined
      : await openTree(session, options.board, {
          ...options,
          xen: options.xen.length === 0 && log.release !== undefined ? [log.release] : options.xen,
        });
  return {
    version: 1,
    file: what,
    lines: explainLog(log).map((line) => withPlace(line, opened)),
  };
}

/** In front of a `compatible`: what its binding says. */
const bindingPrefix = 'binding:';

/** Prints the bindings that describe a `compatible`: of the folder that is named, else of the work tree around. */
function explainBinding(session: Session, what: string, options: ExplainOptions): number {
  const { shell } = session;
  const compatible = what.slice(bindingPrefix.length);
  const from =
    options.board === undefined ? `${shell.cwd}/.` : resolveFile(options.board, shell.cwd);
  const folder = options.bindings ? resolveFile(options.bindings, shell.cwd) : '';
  const bindings = session.bindings.of(from, folder, (file) => session.shown(file));
  const pages = (bindings.compatibles.get(compatible) ?? []).flatMap((id) => {
    const binding = bindings.binding(id);
    return binding ? [bindingPage(bindings, binding)] : [];
  });
  if (pages.length === 0)
    throw new Failure(`${what}: no binding in ${session.shown(bindings.folder)} describes it`);
  const text =
    options.format === 'json'
      ? jsonText({ version: 1, pages })
      : pages.map(bindingPageText).join('\n');
  writeResult(shell, options.output, text);
  return 0;
}

// The node an address belongs to; the board's own view of it, else Xen's.
function withPlace(plain: ExplainedLine, opened: OpenBoard | undefined): JsonExplained {
  const placed: PlacedLine = opened ? explainWithBoard(plain, opened.board) : { line: plain };
  const { line, owner } = placed;
  const known = line.rule !== undefined && allRules.some(({ id }) => id === line.rule);
  const { address } = line;
  const named =
    opened && line.node !== undefined ? nodeNamed(opened.board.tree, line.node) : undefined;
  const node = owner?.node ?? named;
  const place = owner?.written ?? node?.openings[0]?.name;
  return {
    line: line.line,
    text: line.text,
    grade: line.grade,
    cause: line.cause,
    ...(line.cure === undefined ? {} : { cure: line.cure }),
    ...(known ? { rule: line.rule } : {}),
    ...(address === undefined ? {} : { address: formatAddress(address) }),
    ...(node ? { node: node.path } : line.node ? { node: line.node } : {}),
    ...(place && opened ? { at: opened.places.placeOf(spanOf(place)) } : {}),
    repeats: line.repeats,
  };
}

/** The node a message names by its path, else the first of that name. */
function nodeNamed(tree: DeviceTree, name: string): DtNode | undefined {
  if (name.startsWith('/')) return nodeAt(tree, name);
  return [...walkNodes(tree.root)].find((node) => node.name === name);
}

function printed(lines: readonly JsonExplained[], name: string, format: string): string {
  if (lines.length === 0) return 'No line about memory in this log.\n';
  const isMarkdown = format === 'markdown';
  return textLines(
    lines.flatMap((line) => {
      const times = line.repeats > 0 ? ` (${line.repeats + 1} times)` : '';
      const head = isMarkdown
        ? `- ${markdownCode(line.text)}${times} (line ${line.line})`
        : `${name}:${line.line}: ${line.text}${times}`;
      const parts = [
        ['cause', line.cause],
        ['cure', line.cure],
        ['rule', line.rule],
        ['node', [line.node, line.at && placeText(line.at)].filter(Boolean).join(' at ')],
      ] as const;
      const said = parts.flatMap(([label, text]) =>
        text ? [isMarkdown ? `  - ${label}: ${markdownText(text)}` : `  ${label}: ${text}`] : [],
      );
      return [head, ...said];
    }),
  );
}
