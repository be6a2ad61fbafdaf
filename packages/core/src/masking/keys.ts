/** What stands in place of a value whose key says that it is secret. */
export const REDACTED = '[REDACTED]';

/** Keys whose values are never shown, folded: lower case, letters and digits only. */
const SECRET_KEYS: ReadonlySet<string> = new Set(
  `password passwd pwd pass passphrase passcode passwords passwort kennwort wachtwoord motdepasse contrasena contrasea senha psk secret secrets token bearer jwt jwe
  authorization proxyauthorization auth authentication basicauth httpauth proxyauth oauthtoken
  credential credentials creds cookie cookies setcookie setcookie2 cookiejar
  accesskey secretkey secretaccesskey privatekey apikeys xapikey authkey
  creditcard creditcardnumber debitcard cardnumber cardno cardnum ccnumber ccnum pan primaryaccountnumber
  cvv cvc cvv2 cvc2 cvn cid2 csc securitycode cardcvc cardcvv cardsecuritycode track1 track2 trackdata
  pin pincode pinnumber otp otpcode totp hotp onetimepassword mfacode mfatoken twofactorcode verificationcode
  authcode authorizationcode recoverycode recoverycodes backupcode backupcodes securityanswer secretanswer
  ssn ssnumber socialsecurity socialsecuritynumber securitynumber socialinsurancenumber nationalinsurancenumber
  nationalid nationalidnumber taxid taxidnumber taxpayerid passportnumber passportno driverslicense
  driverslicensenumber driverlicense driverlicensenumber licencenumber
  iban bban accountnumber bankaccount bankaccountnumber routingnumber sortcode swiftcode
  connectionstring connstr connectionuri connectionurl databaseurl databaseuri dburl dburi dsn sentrydsn
  redisurl mongourl mongouri mongodburl mongodburi postgresurl postgresqlurl mysqlurl amqpurl rabbitmqurl jdbcurl
  signature xamzsignature xgoogsignature xhubsignature xhubsignature256 xslacksignature stripesignature
  sharedaccesssignature sastoken salt pepper pem privatekeypem seedphrase mnemonic recoveryphrase
  phpsessid gitlabsession jsessionid connectsid aspnetsessionid aspxauth sessioncookie laravelsession
  integrationkey`.split(/\s+/),
);

/** Endings, of the folded key, that make any key secret: `stripe_secret`, `userPassword`, `github-token`. */
const SECRET_ENDING =
  /(?:password|passwd|passphrase|passcode|secret|token|webhookurl|connectionstring|(?:api|access|account|app|application|auth|client|crypto|deploy|encryption|function|hmac|license|master|private|root|secret|server|service|session|shared|sharedaccess|signing|ssh|storage|subscription|webhook|aes|rsa|gpg|pgp)key)$/;

/** What may follow a secret's name without making it harmless: `passwordHash`, `password_confirmation`, `apiKey2`. */
const QUALIFIED =
  /(?:password|passwd|secret|secretkey|apikey|accesskey|privatekey|accesstoken|authtoken|refreshtoken|token)(?:hash|digest|salt|value|text|plain|raw|string|base64|b64|pem|encrypted|old|new|current|previous|primary|secondary|prod|production|live|test|dev|staging|confirm|confirmed|confirmation|again|repeat|\d{1,3})$/;

/** Short words that make a key secret only when they stand as its last word: `dbPass`, `card-pin`, `user_otp`. */
const SECRET_LAST_WORD = new Set(
  'pass pwd pin otp totp cvv cvc ssn iban jwt psk pem dsn creds cookie cookies'.split(' '),
);

/** Token counts, page cursors and marks of a language model are not credentials. */
const HARMLESS =
  /(?:(?:input|output|total|max|min|prompt|completion|cached|reasoning|thinking|per|first|eos|bos|pad|unk|stop|cancel|cancellation|page|nextpage|next|previouspage|prevpage|continuation|pagination|sync|cursor|resume|abort)tokens?|cookieconsent)$/;

/** What only looks like a secret in a query string or beside an equals sign when its value looks random. */
const SECRET_PARAMETERS: ReadonlySet<string> = new Set(
  `key code sig hmac hash sid session sessionid sess ticket assertion samlresponse samlrequest state nonce otc
  access refresh login invite reset magic verify confirmation unsubscribe accessid skey apisig xamzcredential
  googleaccessid userkey apiid`.split(/\s+/),
);

/** A key in one spelling: `API_KEY`, `x-api-key` and `apiKey` differ only in what comes before. */
export function foldKey(key: string): string {
  return key.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

const WORDS = /[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g;

/** Whether a key names a secret, judged afresh each time. */
export function namesSecret(key: string): boolean {
  if (key.length > 128) return false;
  const folded = foldKey(key);
  if (SECRET_KEYS.has(folded)) return true;
  if (SECRET_ENDING.test(folded) || QUALIFIED.test(folded)) return !HARMLESS.test(folded);
  const lastWord = key.match(WORDS)?.at(-1)?.toLowerCase();
  return lastWord !== undefined && SECRET_LAST_WORD.has(lastWord) && !HARMLESS.test(folded);
}

/** Whether a query parameter of this name holds a secret if its value looks random: `sig`, `code`, `key`. */
export function namesSecretParameter(key: string): boolean {
  return SECRET_PARAMETERS.has(foldKey(key));
}

/** How a name above can end, for a test that must be cheap. */
export function secretKeyEndings(): readonly string[] {
  const bases = ['password', 'passwd', 'secret', 'token', 'key'];
  const qualifiers =
    'hash digest salt value text plain raw string pem encrypted old new current previous primary secondary prod production live test dev staging confirm confirmed confirmation again repeat';
  return [
    ...SECRET_KEYS,
    ...SECRET_PARAMETERS,
    ...SECRET_LAST_WORD,
    ...[...bases, 'webhookurl', 'connectionstring'],
    ...bases.flatMap((base) => qualifiers.split(' ').map((qualifier) => base + qualifier)),
  ];
}
