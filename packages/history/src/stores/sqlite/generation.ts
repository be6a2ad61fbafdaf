import type { Database } from './database.ts';

/**
 * Goes up whenever series are taken out of the file, so that every process that shares it can see that what it knows
 * of them is out of date.
 */
export function generationIn(database: Database): number {
  return database.get<{ generation: number }>('SELECT generation FROM file')!.generation;
}

/** Within a transaction that takes series away. */
export function beginGenerationIn(database: Database): void {
  database.run('UPDATE file SET generation = generation + 1');
}
