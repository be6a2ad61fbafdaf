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
const CHOSEN = /(?:pass|passwd|password|passphrase|passcode|pwd|pin|secret|otp|cvv|cvc|cvn|csc|ssn|code)\d{0,3}$/;
const AUTHORIZATION = /^(?:http|x|proxy|original|forwarded)*authorization$/;
const COOKIE = /^(?:set|http|request|response)*cookies?2?$/;
const KNOWN_LIMIT = 2_000;
const HEADER_NAME = /^(?:x-[\w-]+|[\w-]*(?:api-?key|auth-token|access-token|csrf-token|authorization|cookie))$/i;

/** The last words of names that are two words in prose: "API key", "card number". */
const LAST_OF_PHRASE = /^(?:keys?|number|no|num|id|code|token|secret|string|url|phrase|account|answer|pass|pin)$/i;

type IsSecretKey = (key: string) => boolean;

/** Reads the names in a text; what it found out of a word it remembers. */
export function createNameReader(isSecretKey: IsSecretKey): (word: string, phrase: string) => SecretName | undefined {
  const known = new Map<string, SecretName | null>();

  return function readName(word, phrase) {
    let name = known.get(word);
    if (name === undefined) {
      name = judge(word) ?? null;
      if (known.size < KNOWN_LIMIT) known.set(word, name);
    }
    if (phrase === '') return name ?? undefined;
    const sure = name !== null && !name.weak;
    const secret = !sure && isSecretPhrase(word, phrase, isSecretKey) ? describe(word, false) : (name ?? undefined);
    return secret !== undefined && EXPLAINED.test(phrase) ? { ...secret, explained: true } : secret;
  };

  function judge(word: string): SecretName | undefined {
    const name = word.replace(/^[-.$]+/, '');
    const lastPart = name.slice(name.lastIndexOf('.') + 1);
    if (isSecretKey(name) || (lastPart !== name && isSecretKey(lastPart))) return describe(lastPart, false);
    return namesSecretParameter(lastPart) ? describe(lastPart, true) : undefined;
  }
}

function describe(word: string, weak: boolean): SecretName {
  const folded = foldKey(word);
  return { weak, chosen: CHOSEN.test(folded), header: headerOf(word, folded), explained: false };
}

function headerOf(word: string, folded: string): SecretName['header'] {
  if (AUTHORIZATION.test(folded)) return 'authorization';
  if (COOKIE.test(folded)) return 'cookie';
  return HEADER_NAME.test(word) ? 'other' : undefined;
}

function isSecretPhrase(word: string, phrase: string, isSecretKey: IsSecretKey): boolean {
  if (!LAST_OF_PHRASE.test(word)) return false;
  const before = /(?:([A-Za-z]+) )?([A-Za-z]+) $/.exec(phrase);
  if (before === null) return false;
  const two = `${before[2]}${word}`;
  return isSecretKey(two) || (before[1] !== undefined && isSecretKey(`${before[1]}${two}`));
}
