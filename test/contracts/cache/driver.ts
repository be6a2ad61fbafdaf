/** A client of a Redis library, in words that every library can express. */
export interface RedisHandle {
  /** What is monitored. */
  readonly client: object & { on(event: string, listener: (...args: never[]) => void): unknown };
  /** Any command by its name. */
  call(...command: string[]): Promise<unknown>;
  /** The library's own method for GET, where that goes another way than `call`. */
  get(key: string): Promise<unknown>;
  /** Between MULTI and EXEC. */
  transaction(commands: readonly string[][]): Promise<unknown>;
  /** In one write. */
  pipeline(commands: readonly string[][]): Promise<unknown>;
  /** How many listeners the client and what is under it have. */
  listeners(): number;
  close(): Promise<void>;
}

/** What the contract needs to know of a library. */
export interface RedisDriver {
  readonly name: string;
  /** What its module is called, for a process of its own. */
  readonly library: 'ioredis' | 'ioredis5' | 'redis' | 'redis5';
  connect(url: string, options?: { readonly keyPrefix?: string }): Promise<RedisHandle>;
}
