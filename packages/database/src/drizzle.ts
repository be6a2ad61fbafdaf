import { hasMethods, type Integration, peek } from './integration.ts';

/** Drizzle: what is observed is the driver under it. */
export function drizzle(drivers: readonly Integration[]): Integration {
  const driverOf = (thing: object): Integration | undefined => {
    const client = peek(thing, '$client');
    return typeof client === 'object' && client !== null ? drivers.find((each) => each.matches(client)) : undefined;
  };
  return {
    takes: 'a database of Drizzle over one of these',
    matches: (thing) => '$client' in thing && hasMethods(thing, 'select', 'insert') && driverOf(thing) !== undefined,
    core: (thing) => {
      const client = peek(thing, '$client') as object;
      return driverOf(thing)!.core?.(client) ?? client;
    },
    observe: (client, setup) => drivers.find((each) => each.matches(client))!.observe(client, setup),
  };
}
