import { banner } from './banner.ts';
import { readSettings } from './settings.ts';
import { startShop } from './shop.ts';

/** npm passes one Ctrl-C on several times; what comes this much later is a second one. */
const SAME_CTRL_C_MS = 500;
/** By then the shop should have ended by itself. */
const PATIENCE_MS = 5_000;

let stopAskedAt: number | undefined;
const stopAsked = Promise.withResolvers<void>();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopAskedAt !== undefined && performance.now() - stopAskedAt > SAME_CTRL_C_MS) process.exit(130);
    stop();
  });
}
if (process.env.npm_lifecycle_event) stopWithParent();

try {
  const settings = readSettings();
  const shop = await startShop(settings);
  if (stopAskedAt === undefined) console.log(banner(shop, settings));
  await stopAsked.promise;
  console.log('\nClosing the shop …');
  setTimeout(() => process.exit(1), PATIENCE_MS).unref();
  await shop.stop();
  process.exit();
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}

function stop(): void {
  stopAskedAt ??= performance.now();
  stopAsked.resolve();
}

/** `kill` reaches npm and the shell that it started us from, but that shell does not pass it on. */
function stopWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, 500).unref();
}
