import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'examples/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // The packages' built files are to be the same modules for whoever imports and whoever requires them.
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    // What services under test remember is not to go where the user's own services keep it.
    env: { XDG_CACHE_HOME: fileURLToPath(new URL('.cache/tests', import.meta.url)) },
  },
});
