import { banner } from './banner.ts';
import { readSettings } from './settings.ts';
import { startShop } from './shop.ts';

/** npm passes one Ctrl-C on several times; what comes this much later is a second one. */
const SAME_CTRL_C_MS = 500;
/** By then the shop should have ended by itself. */
const PATIENCE_MS = 5_000;

let stopAskedAt: number | undefined;
const asked = Promise.withResolvers<void>();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    const now = performance.now();
    stopAskedAt ??= now;
    if (now - stopAskedAt > SAME_CTRL_C_MS) process.exit(130);
    asked.resolve();
  });
}

try {
  const settings = readSettings();
  const shop = await startShop(settings);
  if (stopAskedAt === undefined) console.log(banner(shop, settings));
  await asked.promise;
  console.log('\nClosing the shop …');
  setTimeout(() => process.exit(1), PATIENCE_MS).unref();
  await shop.stop();
  process.exit();
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
