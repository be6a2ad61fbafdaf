/** An alert that is pending or firing, as Prometheus's HTTP API shows it. */
export interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
  /** RFC 3339. */
  readonly activeAt: string;
  /** The value as text, such as `1e+00`. */
  readonly value: string;
}

interface AnyRule {
  readonly name: string;
  readonly query: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
  /** Seconds that the last evaluation took. */
  readonly evaluationTime: number;
  /** RFC 3339. */
  readonly lastEvaluation: string;
}

/** A rule that raises alerts. */
export interface AlertingRule extends AnyRule {
  readonly type: 'alerting';
  readonly state: 'inactive' | 'pending' | 'firing';
  /** Seconds. */
  readonly duration: number;
  /** Seconds. */
  readonly keepFiringFor?: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly alerts: readonly ActiveAlert[];
}

/** A rule that records a series. */
export interface RecordingRule extends AnyRule {
  readonly type: 'recording';
}

/** Rules that are evaluated together, as Prometheus's HTTP API shows them. */
export interface RuleGroup {
  readonly name: string;
  readonly file: string;
  /** Seconds. */
  readonly interval: number;
  readonly limit?: number;
  readonly rules: readonly (AlertingRule | RecordingRule)[];
  readonly evaluationTime: number;
  readonly lastEvaluation: string;
}
