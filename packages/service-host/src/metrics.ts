import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';

/** Few and fixed values: never ids. */
export type Labels = Record<string, string | number>;

export type Counter = { inc(by?: number, labels?: Labels): void };
export type Gauge = { set(value: number, labels?: Labels): void };
export type Histogram = { observe(value: number, labels?: Labels): void };

/** Prometheus metrics. Asking for a name twice gives the same one. */
export type Metrics = {
  counter(name: string, help: string, labelNames?: readonly string[]): Counter;
  gauge(name: string, help: string, labelNames?: readonly string[]): Gauge;
  /** `buckets`: upper bounds, in the unit the name ends with. */
  histogram(name: string, help: string, options?: { labelNames?: readonly string[]; buckets?: number[] }): Histogram;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
};

/** Seconds, from a record written to a shard worked on. */
const SECONDS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300];

/** `process`: also memory, processor time and event loop of this process. */
export const createMetrics = (options: { process?: boolean } = {}): Metrics => {
  const registry = new Registry();
  if (options.process === true) collectDefaultMetrics({ register: registry });
  const once = <Metric>(name: string, create: () => Metric): Metric =>
    (registry.getSingleMetric(name) as Metric | undefined) ?? create();
  return {
    counter: (name, help, labelNames = []) => {
      const metric = once(name, () => new PromCounter({ name, help, labelNames, registers: [registry] }));
      return { inc: (by = 1, labels = {}) => metric.inc(labels, by) };
    },
    gauge: (name, help, labelNames = []) => {
      const metric = once(name, () => new PromGauge({ name, help, labelNames, registers: [registry] }));
      return { set: (value, labels = {}) => metric.set(labels, value) };
    },
    histogram: (name, help, { labelNames = [], buckets = SECONDS } = {}) => {
      const create = () => new PromHistogram({ name, help, labelNames, buckets, registers: [registry] });
      const metric = once(name, create);
      return { observe: (value, labels = {}) => metric.observe(labels, value) };
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
};
