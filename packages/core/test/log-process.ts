import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';

/** Starts a script that has a `monitor` and its `logger`, in a process of its own with a channel to it. */
export function startLogging(script: string, stdout: 'pipe' | number = 'pipe', options = '{}'): ChildProcess {
  const index = new URL('../src/index.ts', import.meta.url).href;
  const source = `
    import { createMonitor } from ${JSON.stringify(index)};
    const monitor = createMonitor({ serviceName: 'orders', ...${options} }, {});
    const { logger } = monitor;
    const dropped = async () => {
      let text = '';
      for await (const chunk of monitor.scrape()) text += chunk;
      return Number(/log_messages_dropped_total\\S* (\\d+)/.exec(text)[1]);
    };
    ${script}`;
  const stdio: StdioOptions = ['ignore', stdout, 'pipe', 'ipc'];
  return spawn(process.execPath, ['--expose-gc', '--input-type=module', '--no-warnings', '-e', source], { stdio });
}

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

export function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
}
