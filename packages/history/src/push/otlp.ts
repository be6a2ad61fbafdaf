import type { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { type ServiceIdentity, TelltaleError } from '@telltale/core';
import type { Snapshot } from '../recorder/snapshot.ts';
import type { Store } from '../stores/store.ts';
import { type HrTime, hrTime, pointsOf } from './otlp-metrics.ts';

type Sdk = typeof import('@opentelemetry/sdk-metrics');
type ExportOutcome = Parameters<Parameters<OTLPMetricExporter['export']>[1]>[0];

/** OpenTelemetry's `ExportResultCode.SUCCESS`. */
const SUCCESS = 0;

/**
 * Passes samples on to an OpenTelemetry collector by OTLP over HTTP, with cumulative sums, and histograms as such. The
 * endpoint is the collector's base address; `/v1/metrics` is added where it is not there.
 */
export class OtlpPush implements Store {
  readonly name = 'otlp';
  readonly closesWithinMs = 5_000;
  readonly #endpoint: string | undefined;
  readonly #identity: ServiceIdentity;
  readonly #instance: string;
  #connected: Promise<{ sdk: Sdk; exporter: OTLPMetricExporter }> | undefined;
  readonly #startTime: HrTime;

  /** Counts are said to have begun at `startTime`, milliseconds since 1970. */
  constructor(endpoint: string | undefined, identity: ServiceIdentity, instance: string, startTime: number) {
    this.#startTime = hrTime(startTime);
    this.#endpoint = endpoint;
    this.#identity = identity;
    this.#instance = instance;
  }

  async write(snapshot: Snapshot): Promise<void> {
    this.#connected ??= this.#connect();
    const { sdk, exporter } = await this.#connected;
    const metrics = this.#metrics(snapshot, sdk);
    // At the end of all series.
    if (metrics.scopeMetrics[0]!.metrics.length === 0) return;
    const { code, error } = await new Promise<ExportOutcome>((resolve) => exporter.export(metrics, resolve));
    if (code !== SUCCESS) throw error ?? new TelltaleError('history', 'The OTLP exporter failed and does not say why.');
  }

  async close(): Promise<void> {
    const connected = await this.#connected?.catch(() => undefined);
    await connected?.exporter.shutdown();
  }

  async #connect(): Promise<{ sdk: Sdk; exporter: OTLPMetricExporter }> {
    try {
      const [sdk, { OTLPMetricExporter }] = await Promise.all([
        import('@opentelemetry/sdk-metrics'),
        import('@opentelemetry/exporter-metrics-otlp-http'),
      ]);
      const url = this.#endpoint === undefined ? undefined : metricsUrl(this.#endpoint);
      return { sdk, exporter: new OTLPMetricExporter(url === undefined ? {} : { url }) };
    } catch (cause) {
      this.#connected = undefined;
      throw new TelltaleError(
        'history',
        'The backend otlp needs two packages: npm install @opentelemetry/sdk-metrics @opentelemetry/exporter-metrics-otlp-http',
        { cause },
      );
    }
  }

  #metrics(snapshot: Snapshot, { DataPointType, AggregationTemporality }: Sdk): ResourceMetrics {
    const { service, version, environment } = this.#identity;
    const attributes = {
      'service.name': service,
      'service.version': version,
      'service.instance.id': this.#instance,
      'deployment.environment.name': environment,
    };
    const types = { sum: DataPointType.SUM, gauge: DataPointType.GAUGE, histogram: DataPointType.HISTOGRAM };
    const metrics = pointsOf(snapshot, this.#startTime, service).map(({ name, family, kind, points }) => ({
      descriptor: { name, description: family.help, unit: '', valueType: 1 },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: types[kind],
      ...(kind === 'sum' && { isMonotonic: true }),
      dataPoints: points,
    }));
    // The exporter reads nothing but the attributes of a resource.
    const resource = { attributes };
    return { resource, scopeMetrics: [{ scope: { name: 'telltale' }, metrics }] } as unknown as ResourceMetrics;
  }
}

function metricsUrl(endpoint: string): string {
  return endpoint.endsWith('/v1/metrics') ? endpoint : `${endpoint.replace(/\/$/, '')}/v1/metrics`;
}
