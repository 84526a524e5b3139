// A predicted boot as plain data: what `boot --format json` prints, see server/docs/json.md.

import type { BootFacts } from '../facts/boot-facts.ts';
import { pageSizeOf } from '../facts/page-size-of.ts';
import { decidingFacts, wordReasons, type Reason } from '../xen/reasons.ts';
import { formatAddress } from '../addresses/format.ts';
import { bootLinux } from '../linux/boot.ts';
import type { Targets } from '../systems/targets.ts';
import { releaseNameOf } from '../target/boot.ts';
import type { Target } from '../target/system.ts';
import type { LinuxRelease } from '../linux/releases.ts';
import type { Dom0, Outcome, XenBoot } from '../xen/xen-boot.ts';
import { listValues, plain, type ListedFact } from '../ide/list-facts.ts';
import { jsonRange, releaseOf } from './map-json.ts';

/**
 * `targets`: those that were asked for, whose names are given. `linux`: the release dom0 runs; its lines are left out where
 * dom0's memory is uncertain.
 */
export function bootJson(
  boot: XenBoot,
  facts: BootFacts,
  { targets = [], linux }: { readonly targets?: Targets; readonly linux?: LinuxRelease } = {},
): object {
  return {
    version: 1,
    ...releaseOf(boot, targets),
    xen: boot.release.name,
    outcome: outcomeJson(boot.outcome),
    log: boot.log.map(({ shown }) => shown),
    ram: boot.ram.map(jsonRange),
    modules: boot.modules.map(({ index, kind, ...range }) => ({
      index,
      kind,
      ...jsonRange(range),
    })),
    reserved: boot.reserved.map(({ index, kind, node, ...range }) => ({
      index,
      kind,
      ...jsonRange(range),
      ...(node ? { node: node.path } : {}),
    })),
    heap: boot.heap.map(jsonRange),
    dom0: boot.dom0 ? { ...dom0Json(boot.dom0), ...dom0LinuxJson(boot, facts, linux) } : null,
    uncertain: boot.uncertain.map(({ what, because, candidates }) => {
      const [fact] = decidingFacts(because);
      return {
        what,
        ...codeOf(because),
        because: wordReasons(because),
        ...(fact ? { fact } : {}),
        ...(candidates ? { candidates: candidates.map(plain) } : {}),
      };
    }),
    facts: listValues(facts),
  };
}

/** A boot of which nothing can be told, as plain data; `because` is a clause. */
export function unknownBootJson(
  { asked, name }: Target,
  because: string,
  facts: readonly ListedFact[],
): object {
  const release = releaseNameOf(name);
  return {
    version: 1,
    target: asked,
    release,
    xen: release,
    outcome: { kind: 'unknown', because },
    log: [],
    ram: [],
    modules: [],
    reserved: [],
    heap: [],
    dom0: null,
    uncertain: [{ what: 'outcome', because }],
    facts: facts.map(({ fact, basis, value, because: why }) => ({
      fact,
      basis,
      ...(value === undefined ? {} : { value }),
      because: why,
    })),
  };
}

function outcomeJson(outcome: Outcome): object {
  if (outcome.kind === 'boots') return { kind: outcome.kind };
  return {
    kind: outcome.kind,
    ...codeOf(outcome.because),
    ...('line' in outcome && outcome.line ? { line: outcome.line.text } : {}),
    because: wordReasons(outcome.because),
    ...('likely' in outcome && outcome.likely
      ? { condition: wordReasons(outcome.because), likely: outcomeJson(outcome.likely) }
      : {}),
  };
}

function codeOf([first]: readonly Reason[]): { readonly code?: string } {
  return first ? { code: first.code } : {};
}

function dom0Json(dom0: Dom0): object {
  return {
    size: formatAddress(dom0.size),
    banks: dom0.banks.map(jsonRange),
    memoryNodes: dom0.memoryNodes.map(({ name, reg }) => ({ name, reg: reg.map(jsonRange) })),
    extendedRegions: dom0.extendedRegions.map(jsonRange),
    ...(dom0.kernel ? { kernel: jsonRange(dom0.kernel) } : {}),
    ...(dom0.initrd ? { initrd: jsonRange(dom0.initrd) } : {}),
    ...(dom0.dtb
      ? {
          dtb: {
            start: formatAddress(dom0.dtb.start),
            ...(dom0.dtb.end === undefined ? {} : { end: formatAddress(dom0.dtb.end) }),
          },
        }
      : {}),
  };
}

// What dom0's kernel prints about memory, its "Early memory node ranges" among it.
function dom0LinuxJson(boot: XenBoot, facts: BootFacts, release: LinuxRelease | undefined): object {
  const { dom0 } = boot;
  const isUncertain = boot.uncertain.some(
    ({ what }) => what === 'outcome' || what === 'dom0.banks',
  );
  if (!dom0?.tree || !release || isUncertain) return {};
  const { log } = bootLinux(dom0.tree, release, { pageSize: pageSizeOf(facts) });
  return {
    linux: {
      release: release.name,
      log: log.filter((line) => !line.uncertain).map((line) => line.text),
    },
  };
}
