import { DEFAULT_BUCKETS } from '@telltale/core';

const SIZE_BUCKETS = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/** Everything that is measured of inbound HTTP requests. */
export const httpMetrics = {
  requests: {
    name: 'http_requests_total',
    help: 'Requests ended, by status code; 499 stands for a client that went away before the response was whole.',
    labelNames: ['method', 'route', 'status_code'],
  },
  duration: {
    name: 'http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its response.',
    labelNames: ['method', 'route', 'status_code'],
    buckets: DEFAULT_BUCKETS,
  },
  firstByte: {
    name: 'http_time_to_first_byte_seconds',
    help: 'Time from the arrival of a request to the head of its response.',
    labelNames: ['method', 'route'],
    buckets: DEFAULT_BUCKETS,
  },
  requestSize: {
    name: 'http_request_size_bytes',
    help: 'Size of request bodies as they came over the wire.',
    labelNames: ['method', 'route'],
    buckets: SIZE_BUCKETS,
  },
  responseSize: {
    name: 'http_response_size_bytes',
    help: 'Size of response bodies as they were handed to the wire.',
    labelNames: ['method', 'route'],
    buckets: SIZE_BUCKETS,
  },
  inFlight: {
    name: 'http_requests_in_flight',
    help: 'Requests whose response has not ended.',
    labelNames: [],
  },
  aborted: {
    name: 'http_requests_aborted_total',
    help: 'Requests whose connection closed before the response was whole.',
    labelNames: ['method', 'route'],
  },
  exceptions: {
    name: 'http_exceptions_total',
    help: 'Errors that left a handler or middleware, by class.',
    labelNames: ['method', 'route', 'type'],
  },
} as const;
