// What the lines of a predicted log tell, asked by the id of a message.

interface Event {
  readonly id: string;
}

/** The event of that kind that a line tells, or undefined; also for no line. */
export function eventIn<E extends Event, Id extends E['id']>(
  line: { readonly events: readonly E[] } | undefined,
  id: Id,
): Extract<E, { readonly id: Id }> | undefined {
  return line?.events.find((event): event is Extract<E, { readonly id: Id }> => event.id === id);
}

/** The first line of a log that tells an event of one of the kinds, or undefined. */
export function lineWith<E extends Event, L extends { readonly events: readonly E[] }>(
  log: readonly L[],
  ...ids: readonly L['events'][number]['id'][]
): L | undefined {
  return log.find(({ events }) => events.some(({ id }) => ids.includes(id)));
}
