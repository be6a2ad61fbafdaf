import { foldKey, namesSecretParameter } from '../keys.ts';

/** A name in a text that says that its value is secret. */
export interface SecretName {
  /** The value is only secret if it looks random: `code`, `key`, `sig`. */
  readonly weak: boolean;
  /** Its value is chosen by people, so it may look like a word. */
  readonly chosen: boolean;
  /** The header whose value is more than one word. */
  readonly header: 'authorization' | 'cookie' | 'other' | undefined;
  /** The words before it make what follows an explanation rather than a value: "Unexpected token: …". */
  readonly explained: boolean;
}

const EXPLAINED =
  /(?:^|\W)(?:unexpected|invalid|illegal|missing|unknown|expected|bad|wrong|next|no|expired|malformed)\s+$/i;
const CHOSEN = /(?:pass|passwd|password|passphrase|passcode|pwd|pin|secret|otp)\d{0,3}$/;
const AUTHORIZATION = /^(?:http|x|proxy|original|forwarded)*authorization$/;
const COOKIE = /^(?:set|http|request|response)*cookies?2?$/;
const HEADER_NAME = /^(?:x-[\w-]+|[\w-]*(?:api-?key|auth-token|access-token|csrf-token|authorization|cookie))$/i;

/** What a name in a text says of the value beside it; `phrase` is the text before, for names of two words (`API key`). */
export function isSecretName(
  word: string,
  phrase: string,
  isSecretKey: (key: string) => boolean,
): SecretName | undefined {
  const name = word.replace(/^[-.$]+/, '');
  const lastPart = name.slice(name.lastIndexOf('.') + 1);
  const secret =
    isSecretKey(name) || (lastPart !== name && isSecretKey(lastPart)) || isSecretPhrase(name, phrase, isSecretKey);
  if (!secret && !namesSecretParameter(lastPart)) return undefined;
  const folded = foldKey(lastPart);
  return {
    weak: !secret,
    chosen: CHOSEN.test(folded),
    header: AUTHORIZATION.test(folded)
      ? 'authorization'
      : COOKIE.test(folded)
        ? 'cookie'
        : HEADER_NAME.test(lastPart)
          ? 'other'
          : undefined,
    explained: EXPLAINED.test(phrase),
  };
}

function isSecretPhrase(word: string, phrase: string, isSecretKey: (key: string) => boolean): boolean {
  const before = /(?:([A-Za-z]+) )?([A-Za-z]+) $/.exec(phrase);
  if (before === null || !/^[A-Za-z]+$/.test(word)) return false;
  // Two words only make a name if neither alone would do and both are needed: "API key", "card number".
  const two = `${before[2]}${word}`;
  return isSecretKey(two) || (before[1] !== undefined && isSecretKey(`${before[1]}${two}`));
}
