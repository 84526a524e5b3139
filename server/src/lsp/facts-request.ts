// The boot facts that a user may settle, as the protocol has them.

import { targetInWords } from '../systems/targets.ts';
import type { FactName } from '../facts/boot-facts.ts';
import { listFacts } from '../ide/list-facts.ts';
import type { Board } from '../rules/board.ts';
import type { OpenFact } from './custom-requests.ts';

/** Facts on which something depends; those that no profile holds come, too, to be told of. */
export function openFactsOf(board: Board): OpenFact[] {
  return listFacts(board)
    .filter(({ decides }) => decides.length > 0)
    .map(({ fact, title, value, decides, find }) => ({
      fact,
      title,
      ...(value === undefined
        ? {}
        : { value: typeof value === 'string' ? value : JSON.stringify(value) }),
      decides: decides
        .map(({ target, parts }) => `${targetInWords(target)}: ${parts.join(', ')}`)
        .join('; '),
      find,
      takes: takes(fact),
    }));
}

function takes(fact: FactName): OpenFact['takes'] {
  switch (fact) {
    case 'xen.debug':
    case 'iommu':
    case 'config.staticMemory':
    case 'config.staticShm':
    case 'config.llcColoring':
    case 'config.acpi':
      return 'boolean';
    case 'cpus':
    case 'dmaBits':
    case 'kernel.pageSize':
      return 'number';
    case 'kernel.format':
    case 'boot':
    case 'bootLoader':
    case 'architecture':
    case 'cpu':
    case 'xenCommandLine':
    case 'xen.efiOptions':
      return 'text';
    case 'kernel.module':
    case 'modules':
    case 'efiMemoryMap':
    case 'memory':
    case 'reserved':
      return 'none';
    default:
      return 'address';
  }
}
