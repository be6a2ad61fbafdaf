import Negotiator from 'negotiator';

/** The text formats that a scraper may ask for. */
export type ExpositionFormat = 'text' | 'openmetrics';

const MEDIA_TYPES: Readonly<Record<string, ExpositionFormat>> = {
  'text/plain;version=0.0.4': 'text',
  'text/plain': 'text',
  'application/openmetrics-text;version=1.0.0': 'openmetrics',
  'application/openmetrics-text': 'openmetrics',
};

/** The `Content-Type` of each format. */
export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** How Prometheus 3 wants names with other characters written; ours have none, so that any way is right. */
const ESCAPING = /;\s*escaping=[\w-]+/g;

/** The format that an `Accept` header prefers; Prometheus text where it names neither. */
export function negotiateFormat(acceptHeader: string | undefined): ExpositionFormat {
  const accept = acceptHeader?.replace(ESCAPING, '');
  const [best] = new Negotiator({ headers: { accept } }).mediaTypes(Object.keys(MEDIA_TYPES));
  return best === undefined ? 'text' : MEDIA_TYPES[best]!;
}

/** Whether an `Accept-Encoding` header takes gzip. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  if (acceptEncoding === undefined) return false;
  const headers = { 'accept-encoding': acceptEncoding };
  return new Negotiator({ headers }).encodings(['gzip', 'identity'])[0] === 'gzip';
}
