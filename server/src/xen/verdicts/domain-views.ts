// What the domains that the tree describes have of its memory.

import { formatSizeBriefly } from '../../addresses/format.ts';
import { domainOf, domainsWithMemory } from '../../memory/domain-of.ts';
import { domainColours } from '../../target/domain-colours.ts';
import type { Subject } from '../../target/system.ts';
import type { View } from '../../target/view.ts';
import { nameOf, placeOf, sum } from './holding-parts.ts';

/** What the domains with static memory have; they follow Xen's own view. */
export function domainViews({ map }: Subject, own: View): View[] {
  const stop = own.stop;
  const colours = domainColours(map);
  return domainsWithMemory(map).flatMap((domain) => {
    const parts = map.reserved.filter(
      (each) =>
        domainOf(each.node) === domain &&
        (each.kind === 'static-mem' || each.kind === 'shared-mem'),
    );
    const ram = parts.filter((each) => each.kind === 'static-mem');
    if (!ram.some(({ enabled }) => enabled)) return [];
    return [
      {
        id: `domain:${domain.name}`,
        name: nameOf(domain),
        isSystem: false,
        isAsked: false,
        summary: stop ? 'not built' : `${formatSizeBriefly(sum(ram))} static`,
        holdings: stop
          ? []
          : parts.map(({ start, end, kind, node, written }) => ({
              start,
              end,
              owner: kind === 'static-mem' ? 'own static memory' : 'shared between domains',
              block:
                kind === 'static-mem'
                  ? { kind: colours(domain), label: 'RAM', why: 'static memory' }
                  : { kind: 'shared', label: 'shared', why: 'shared between domains' },
              ...placeOf({ node, written }),
              mapped: 'ram',
              toldAsRam: true,
            })),
        elsewhere: { owner: 'not described' },
        ...(stop && {
          stop: { owner: stop.owner, title: 'not built', detail: '', follows: true as const },
        }),
      },
    ];
  });
}
