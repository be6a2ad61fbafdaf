import { errorType } from '@telltale/core';

/** How Redis and its modules begin an error; a script may begin its own with any word. */
const REPLY_CODES = new Set(
  `ERR WRONGTYPE MOVED ASK TRYAGAIN CROSSSLOT CLUSTERDOWN MASTERDOWN LOADING BUSY BUSYKEY BUSYGROUP NOGROUP NOSCRIPT NOAUTH
  WRONGPASS NOPERM OOM READONLY MISCONF NOREPLICAS EXECABORT INPROG NOTBUSY UNKILLABLE NOPROTO UNBLOCKED DENIED NOTREADY
  INVALIDOBJ NOMASTERLINK IOERR NOGOODSLAVE STALE`.split(/\s+/),
);

/** What clients say in words, where the class says nothing. */
const MESSAGES: Readonly<Record<string, string>> = {
  'Connection is closed.': 'CONNECTION_CLOSED',
  'Command timed out': 'TIMEOUT',
  "Stream isn't writeable and enableOfflineQueue options is false": 'OFFLINE',
  "Cluster isn't ready and enableOfflineQueue options is false": 'OFFLINE',
};

const SYSTEM_CODE = /^E[A-Z]{2,20}$/;
const OTHER = 'other';

/**
 * An error as a label: the first word of Redis's reply, the code of a system error, a fixed word for what clients say
 * of their connection, else the error's class. Bounded, and never a part of a message that could hold data. Never throws.
 */
export function redisErrorCode(error: unknown): string {
  try {
    const { message, code } = error as { message?: unknown; code?: unknown };
    if (typeof message === 'string') {
      const end = message.indexOf(' ');
      const word = end < 0 ? message : message.slice(0, end);
      if (REPLY_CODES.has(word)) return word;
      if (Object.hasOwn(MESSAGES, message)) return MESSAGES[message]!;
    }
    if (typeof code === 'string' && SYSTEM_CODE.test(code)) return code;
  } catch {
    return OTHER;
  }
  const type = errorType(error);
  return type === 'Error' || type === 'ReplyError' || type === 'ErrorReply' || type === 'SimpleError' ? OTHER : type;
}
