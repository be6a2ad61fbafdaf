/**
 * What a command's reply says about keys: `value`, null where it is missing; `values`, a list with nulls, one for each
 * key; `fields`, the same for the fields of one key; `count`, how many of the keys are there; `collection`, empty
 * where the key is missing.
 */
type Lookup = 'value' | 'field' | 'values' | 'fields' | 'count' | 'collection';

/** What is known of a command. */
export interface RedisCommand {
  /** In lower case, as a label. */
  readonly name: string;
  /** Where its first key is among its arguments; -1 where it has none, or where that depends. */
  readonly keyAt: number;
  readonly lookup: Lookup | undefined;
  /** Whether it stores the value of its key. */
  readonly stores: boolean;
  /** Whether it may wait on purpose, so that its time says nothing. */
  readonly waits: boolean;
}

const LOOKUPS: Readonly<Record<string, Lookup>> = {
  get: 'value',
  getex: 'value',
  getdel: 'value',
  'json.get': 'value',
  hget: 'field',
  mget: 'values',
  'json.mget': 'values',
  hmget: 'fields',
  hgetex: 'fields',
  hgetdel: 'fields',
  exists: 'count',
  hexists: 'count',
  hgetall: 'collection',
  hkeys: 'collection',
  hvals: 'collection',
  smembers: 'collection',
};

/** Their first argument is a key. */
const KEYED = `
  append bitcount bitfield bitfield_ro bitpos decr decrby del delex dump exists expire expireat expiretime get getbit getdel
  getex getrange getset incr incrby incrbyfloat mget move mset msetnx persist pexpire pexpireat pexpiretime psetex pttl
  rename renamenx restore set setbit setex setnx setrange sort sort_ro strlen substr touch ttl type unlink watch copy
  hdel hexists hexpire hexpireat hexpiretime hget hgetall hgetdel hgetex hincrby hincrbyfloat hkeys hlen hmget hmset
  hpersist hpexpire hpexpireat hpexpiretime hpttl hrandfield hscan hset hsetex hsetnx hstrlen httl hvals
  lindex linsert llen lmove lpop lpos lpush lpushx lrange lrem lset ltrim rpop rpoplpush rpush rpushx
  sadd scard sdiff sdiffstore sinter sinterstore sismember smembers smismember smove spop srandmember srem sscan sunion sunionstore
  zadd zcard zcount zdiffstore zincrby zinterstore zlexcount zmscore zpopmax zpopmin zrandmember zrange zrangebylex
  zrangebyscore zrangestore zrank zrem zremrangebylex zremrangebyrank zremrangebyscore zrevrange zrevrangebylex
  zrevrangebyscore zrevrank zscan zscore zunionstore
  geoadd geodist geohash geopos georadius georadius_ro georadiusbymember georadiusbymember_ro geosearch geosearchstore
  pfadd pfcount pfmerge xack xadd xautoclaim xclaim xdel xlen xpending xrange xrevrange xsetid xtrim
  blpop brpop brpoplpush blmove bzpopmax bzpopmin
  json.get json.mget json.set json.del json.type json.arrappend json.numincrby json.merge json.strlen json.objkeys
  spublish ssubscribe sunsubscribe`;

/** They have no key, or one whose place depends on the command's other arguments. */
const UNKEYED = `
  acl asking auth bgrewriteaof bgsave bitop blmpop bzmpop client cluster command config dbsize debug discard echo exec failover
  flushall flushdb function hello info keys lastsave latency lcs lmpop lolwut memory module monitor multi object ping
  psubscribe publish pubsub punsubscribe quit randomkey readonly readwrite replicaof reset role save scan script select
  shutdown sintercard slaveof slowlog subscribe swapdb sync time unsubscribe unwatch wait waitaof xgroup xinfo xread
  xreadgroup zdiff zinter zintercard zmpop zunion`;

/** Script, number of keys, first key. */
const SCRIPTS = 'eval evalsha eval_ro evalsha_ro fcall fcall_ro';

const WAITING = new Set(
  words('blpop brpop brpoplpush blmove bzpopmax bzpopmin blmpop bzmpop xread xreadgroup wait waitaof monitor'),
);

const STORING = new Set(words('set setex psetex setnx getset json.set'));

const COMMANDS: ReadonlyMap<string, RedisCommand> = new Map([
  ...all(KEYED, 0),
  ...all(UNKEYED, -1),
  ...all(SCRIPTS, 2),
]);

/** Stands for every command that is not known: a module's, a misspelt one. */
export const OTHER_COMMAND: RedisCommand = { name: 'other', keyAt: -1, lookup: undefined, stores: false, waits: false };

/** What is known of a command, whichever case its name is in. */
export function redisCommand(name: string): RedisCommand {
  // No command that is known is longer, and what is not a command may be of any length.
  return name.length > 32 ? OTHER_COMMAND : (COMMANDS.get(name.toLowerCase()) ?? OTHER_COMMAND);
}

function all(names: string, keyAt: number): [string, RedisCommand][] {
  return words(names).map((name) => [
    name,
    { name, keyAt, lookup: LOOKUPS[name], stores: STORING.has(name), waits: WAITING.has(name) },
  ]);
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
