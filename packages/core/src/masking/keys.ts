/** What stands in a line in place of a value whose key says that it is secret. */
export const REDACTED = '[REDACTED]';

/** Keys whose values are never shown, folded: lower case, letters and digits only. */
const SECRET_KEYS: ReadonlySet<string> = new Set([
  'password', 'passwd', 'pwd', 'passphrase', 'passcode', 'secret', 'clientsecret', 'secretkey', 'secretaccesskey',
  'token', 'accesstoken', 'refreshtoken', 'idtoken', 'authtoken', 'sessiontoken', 'csrftoken', 'xsrftoken', 'bearer',
  'apikey', 'xapikey', 'apisecret', 'apitoken', 'accesskey', 'privatekey', 'encryptionkey', 'signingkey', 'masterkey',
  'authorization', 'proxyauthorization', 'auth', 'authentication', 'credentials', 'credential',
  'cookie', 'cookies', 'setcookie', 'sessioncookie', 'xauthtoken', 'xcsrftoken', 'xxsrftoken',
  'creditcard', 'creditcardnumber', 'cardnumber', 'cardno', 'ccnumber', 'pan', 'cvv', 'cvc', 'cvv2', 'cvc2', 'cvn',
  'securitycode', 'cardcvc', 'pin', 'otp', 'totp', 'mfacode', 'ssn', 'socialsecuritynumber', 'taxid', 'iban',
  'accountnumber', 'bankaccount', 'routingnumber', 'connectionstring', 'databaseurl', 'dsn', 'webhookurl',
  'integrationkey', 'privatekeypem', 'pem', 'jwt', 'signature', 'salt',
]); // biome-ignore format: a word list reads best filled

/** Endings that make any key secret: `stripe_secret`, `userPassword`, `github-token`. */
const SECRET_ENDINGS =
  /(?:password|passwd|passphrase|secret|secretkey|apikey|accesstoken|authtoken|refreshtoken|privatekey|token)$/;
/** Counts and names of tokens are not tokens. */
const HARMLESS = /(?:input|output|total|max|prompt|completion|cached|reasoning)tokens?$/;

const known = new Map<string, boolean>();
const KNOWN_LIMIT = 2_000;

/** Whether a key, in any case and with any separators, names a secret. */
export function isSecretKey(key: string): boolean {
  let secret = known.get(key);
  if (secret === undefined) {
    const folded = key.length > 128 ? '' : key.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
    secret = SECRET_KEYS.has(folded) || (SECRET_ENDINGS.test(folded) && !HARMLESS.test(folded));
    if (known.size < KNOWN_LIMIT) known.set(key, secret);
  }
  return secret;
}
