import { currentContext, resolveConfig, runWithContext } from '@telltale/core';
import type { FlowProducerLike, TelemetryLike } from './bullmq-like.ts';
import { instrumentOnce, replaceMethod } from './instrument-once.ts';
import { mustBeA } from './known-by.ts';
import { AddObserver } from './observe-adds.ts';
import { type MonitorQueueOptions, queueOptions } from './options.ts';
import { setTelemetry } from './queue.ts';
import { carryingTelemetry } from './telemetry.ts';

interface FlowNode {
  readonly name: unknown;
  readonly queueName: string;
  readonly opts?: object;
  readonly children?: readonly FlowNode[];
}

type AddOne = (flow: FlowNode, ...rest: unknown[]) => Promise<unknown>;
type AddMany = (flows: readonly FlowNode[], ...rest: unknown[]) => Promise<unknown>;

/**
 * The same for a BullMQ `FlowProducer`: every node of a flow, in whatever queue, carries the context in which the flow
 * was added, and is counted. The nodes of one that is added outside any context share a correlation ID. Returns
 * the same object.
 *
 * @throws {ConfigError} for an option that is not known or cannot be used.
 * @throws {TelltaleError} for anything but that.
 */
export function monitorFlow<F extends FlowProducerLike>(flowProducer: F, options: MonitorQueueOptions = {}): F {
  const config = resolveConfig(queueOptions, options, {});
  mustBeA('FlowProducer', flowProducer, 'monitorFlow');
  return instrumentOnce(flowProducer, config.monitor, (domain, undo) => {
    const { monitor } = domain;
    const observers = new Map<string, AddObserver>();
    const observerOf = (queueName: string): AddObserver => {
      const label = domain.queueLabel(queueName);
      let observer = observers.get(label);
      if (observer === undefined) observers.set(label, (observer = new AddObserver(domain, queueName)));
      return observer;
    };
    const watch = async (first: FlowNode | undefined, flows: readonly FlowNode[], add: () => Promise<unknown>) => {
      const pending = monitor.errors.guard(
        'queue',
        () => observerOf(String(first?.queueName)).start(first?.name),
        null,
      );
      try {
        const result = await (currentContext() === undefined ? runWithContext({}, add) : add());
        // A producer that is closing adds nothing and says so by returning nothing.
        const jobs =
          result === undefined ? 0 : monitor.errors.guard('queue', () => countNodes(flows, observerOf), undefined);
        pending?.added([], jobs);
        return result;
      } catch (error) {
        pending?.failed(error);
        throw error;
      }
    };

    setTelemetry(flowProducer as { telemetry?: TelemetryLike }, (theirs) => carryingTelemetry(monitor, theirs), undo);
    replaceMethod<AddOne>(
      flowProducer,
      'add',
      (original) =>
        function add(this: unknown, flow, ...rest) {
          const whole = monitor.errors.guard('queue', () => withOptions(flow), flow);
          return watch(flow, [flow], () => original.call(this, whole, ...rest));
        },
      undo,
    );
    replaceMethod<AddMany>(
      flowProducer,
      'addBulk',
      (original) =>
        function addBulk(this: unknown, flows, ...rest) {
          const whole = monitor.errors.guard('queue', () => flows.map(withOptions), flows);
          return watch(flows?.[0], flows, () => original.call(this, whole, ...rest));
        },
      undo,
    );
  });
}

/** BullMQ gives a node without options no metadata; the caller's own nodes stay as they are. */
function withOptions(node: FlowNode): FlowNode {
  return {
    ...node,
    opts: node.opts ?? {},
    ...(node.children && { children: node.children.map(withOptions) }),
  };
}

function countNodes(nodes: readonly FlowNode[], observerOf: (queueName: string) => AddObserver): number {
  let count = nodes.length;
  for (const { name, queueName, children } of nodes) {
    observerOf(queueName).count(name);
    if (children !== undefined) count += countNodes(children, observerOf);
  }
  return count;
}
