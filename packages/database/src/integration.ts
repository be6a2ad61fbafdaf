import { isMonitored, type Monitor, markMonitored } from '@telltale/core';
import { QueryObserver } from './observe-query.ts';
import type { DatabaseConfig } from './options.ts';

/** What an integration observes for. */
export interface Setup {
  readonly monitor: Monitor;
  readonly config: DatabaseConfig;
}

/** A library that Telltale knows. */
export interface Integration {
  /** What it calls what it takes, for an error message. */
  readonly takes: string;
  /** Whether the object is one of the library's. Must not call anything of it. */
  matches(thing: object): boolean;
  /** What is observed in its place: a promise form is one around another. */
  core?(thing: object): object;
  /** Begins to observe it; returns the function that ends that. */
  observe(thing: object, setup: Setup): () => void;
}

/**
 * Observes an object for as long as it and the monitor live, unless it is observed already. The result ends it sooner;
 * it is `undefined` where nothing was begun.
 */
export function observeOnce(thing: object, { monitor }: Setup, observe: () => () => void): (() => void) | undefined {
  return isMonitored(thing) ? undefined : markMonitored(thing, monitor, observe());
}

/** An observer for what a library calls its database. */
export function observerFor({ monitor, config }: Setup, system: string): QueryObserver {
  return new QueryObserver(monitor, config, system);
}

/** A property of an object that is not known. */
export function peek(thing: object, name: string): unknown {
  return (thing as Record<string, unknown>)[name];
}

/** Whether an object has these methods. */
export function hasMethods(thing: object, ...names: readonly string[]): boolean {
  return names.every((name) => typeof peek(thing, name) === 'function');
}
