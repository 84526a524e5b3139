// Findings as SARIF 2.1.0, the format of code scanning services (OASIS, Static Analysis Results Interchange Format).

import { allRules } from '../rules/all-rules.ts';
import { rulePage } from '../rules/rule-page.ts';
import type { Severity } from '../rules/finding.ts';
import { labelLines } from '../rules/target-lines.ts';
import type { Rule } from '../rules/rule.ts';
import { uriOf } from '../text/file-id.ts';
import { boardsOf, fingerprints, type JsonFinding, type JsonReport } from './json-finding.ts';
import type { JsonPlace } from './places.ts';
import { wordHolds } from './print-findings-text.ts';
import type { Shell } from './shell.ts';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

/** A message in which no reader finds a link: SARIF takes `[text](target)` for one (section 3.11.6). */
function escapeLinks(text: string): string {
  return text.replaceAll('](', '\\](');
}

/** The message that `escapeLinks` was given. */
export function unescapeLinks(text: string): string {
  return text.replaceAll('\\](', '](');
}

/**
 * What a message has after the finding's own sentence, a line each: what the console shows of it, and for which targets it
 * holds. Code scanning shows the message and nothing of `properties`.
 */
export function sarifTrailer(finding: Pick<JsonFinding, 'log' | 'targets'>): string {
  const lines = [
    ...labelLines(finding.log ?? []).map(({ label, line }) => `${label}: ${line}`),
    ...[wordHolds(finding) ?? []].flat(),
  ];
  return lines.map((line) => `\n${line}`).join('');
}

/** Where a rule's page is in a repository. */
export function ruleUri(home: string, rule: string): string {
  return `${home}/blob/main/server/docs/rules/${rule}.md`;
}

/**
 * A SARIF log with one run. Its rules are those of its findings; a board that could not be checked is a notification, and
 * the execution was not successful then.
 */
export function sarifOf(
  { files, failures, findings }: Pick<JsonReport, 'files' | 'failures' | 'findings'>,
  { version, home }: Pick<Shell, 'version' | 'home'>,
): object {
  const ids = fingerprints(findings);
  const found = new Set(findings.map(({ rule }) => rule));
  const rules = allRules.filter(({ id }) => found.has(id));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'dtmap',
            semanticVersion: version,
            informationUri: home,
            rules: rules.map((rule) => ruleOf(rule, home)),
          },
        },
        invocations: [
          {
            executionSuccessful: failures.length === 0,
            toolExecutionNotifications: failures.map(({ file, because }) => ({
              level: 'error',
              message: { text: escapeLinks(because) },
              locations: [{ physicalLocation: { artifactLocation: locationOf(file) } }],
            })),
          },
        ],
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: {
          SRCROOT: { description: { text: 'The folder dtmap was run in.' } },
        },
        artifacts: files.map((file) => ({
          location: locationOf(file),
          roles: ['analysisTarget'],
        })),
        results: findings.map((finding, index) => resultOf(finding, ids[index] ?? '', rules)),
      },
    ],
  };
}

function ruleOf(rule: Rule, home: string): object {
  return {
    id: rule.id,
    name: rule.id.replace(/(?:^|[-_])(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule.title },
    fullDescription: { text: flatten(rule.why) },
    help: { text: flatten(rule.instead), markdown: rulePage(rule) },
    helpUri: ruleUri(home, rule.id),
    defaultConfiguration: {
      level: LEVELS[rule.severity],
      ...(rule.offByDefault ? { enabled: false } : {}),
    },
  };
}

function flatten(markdown: string): string {
  return markdown.replace(/\s+/g, ' ').trim();
}

function resultOf(finding: JsonFinding, id: string, rules: readonly Rule[]): object {
  const index = rules.findIndex(({ id }) => id === finding.rule);
  return {
    ruleId: finding.rule,
    ...(index < 0 ? {} : { ruleIndex: index }),
    level: LEVELS[finding.severity],
    message: { text: escapeLinks(finding.message + sarifTrailer(finding)) },
    locations: [{ physicalLocation: physicalOf(finding.at) }],
    ...(finding.related.length > 0
      ? {
          relatedLocations: finding.related.map(({ message, at }, number) => ({
            id: number + 1,
            message: { text: escapeLinks(message) },
            physicalLocation: physicalOf(at),
          })),
        }
      : {}),
    partialFingerprints: { 'dtmap/v1': id },
    ...(finding.fixes.length > 0 ? { fixes: finding.fixes.map(fixOf) } : {}),
    properties: {
      severity: finding.severity,
      targets: finding.targets,
      boards: boardsOf(finding),
      ...(finding.log === undefined ? {} : { log: finding.log }),
    },
  };
}

function fixOf(fix: JsonFinding['fixes'][number]): object {
  const files = [...new Set(fix.edits.map(({ at }) => at.file))];
  return {
    description: { text: escapeLinks(fix.title) },
    properties: { safe: fix.safe },
    artifactChanges: files.map((file) => ({
      artifactLocation: locationOf(file),
      replacements: fix.edits
        .filter(({ at }) => at.file === file)
        .map(({ at, text }) => ({ deletedRegion: regionOf(at), insertedContent: { text } })),
    })),
  };
}

function physicalOf(place: JsonPlace): object {
  return { artifactLocation: locationOf(place.file), region: regionOf(place) };
}

function regionOf({ line, column, endLine, endColumn }: JsonPlace): object {
  return { startLine: line, startColumn: column, endLine, endColumn };
}

function locationOf(file: string): object {
  // Absolute: of a disk, a drive, or another machine.
  if (/^(?:\/|[a-z]:\/)/.test(file)) return { uri: uriOf(file) };
  const uri = file
    .replace(/\p{Cs}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
  return { uri, uriBaseId: 'SRCROOT' };
}
