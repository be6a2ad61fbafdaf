/** Every error that Telltale throws on purpose; its message starts `[telltale] [component]`. */
export class TelltaleError extends Error {
  override readonly name: string = 'TelltaleError';
  readonly component: string;

  constructor(component: string, message: string, options?: ErrorOptions) {
    super(`[telltale] [${component}] ${message}`, options);
    this.component = component;
  }
}

/** One thing wrong with the configuration. */
export interface ConfigMistake {
  /** The option (`logLevel`) or environment variable (`LOG_LEVEL`) as the user spelled it. */
  readonly name: string;
  /** What was given, as text; secrets are left out. */
  readonly value: string;
  /** What would have been accepted. */
  readonly allowed: string;
}

/** Thrown at start, listing every mistake in the configuration at once. */
export class ConfigError extends TelltaleError {
  override readonly name = 'ConfigError';
  readonly mistakes: readonly ConfigMistake[];

  constructor(mistakes: readonly ConfigMistake[]) {
    super(
      'config',
      `${mistakes.length === 1 ? 'One option is' : `${mistakes.length} options are`} not usable:\n` +
        mistakes.map(({ name, value, allowed }) => `  ${name} = ${value}: ${allowed}`).join('\n'),
    );
    this.mistakes = mistakes;
  }
}
