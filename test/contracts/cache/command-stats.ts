/** How often the server has carried out each command, by `INFO commandstats`; subcommands count for their command. */
export async function commandCalls(call: (...command: string[]) => Promise<unknown>): Promise<Map<string, number>> {
  const calls = new Map<string, number>();
  for (const [, name = '', count] of String(await call('INFO', 'commandstats')).matchAll(
    /^cmdstat_([^:|]+)[^:]*:calls=(\d+)/gm,
  )) {
    calls.set(name, (calls.get(name) ?? 0) + Number(count));
  }
  return calls;
}
