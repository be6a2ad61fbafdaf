import type { Detector } from './detector.ts';
import { basic, bearer } from './detectors/authorization.ts';
import { card } from './detectors/card.ts';
import { commandLine } from './detectors/command-line.ts';
import { setCookie } from './detectors/cookie.ts';
import { email } from './detectors/email.ts';
import { iban } from './detectors/iban.ts';
import { jwk } from './detectors/jwk.ts';
import { jwt } from './detectors/jwt.ts';
import { labelledValue } from './detectors/labelled-value.ts';
import { namedValue } from './detectors/named-value.ts';
import { phone } from './detectors/phone.ts';
import { bareKey, privateKey } from './detectors/private-key.ts';
import { spokenSecret } from './detectors/spoken-secret.ts';
import { ssn } from './detectors/ssn.ts';
import { addressCredentials, urlCredentials } from './detectors/url-credentials.ts';
import { FIRST_PREFIX_BIT, Hint, PREFIX_BITS } from './hints.ts';
import { AI_TOKENS } from './providers/ai.ts';
import { CLOUD_TOKENS } from './providers/cloud.ts';
import { COMMERCE_TOKENS } from './providers/commerce.ts';
import { MESSAGING_TOKENS } from './providers/messaging.ts';
import { type ProviderToken, providerToken } from './providers/provider-token.ts';
import { SERVICE_TOKENS } from './providers/services.ts';
import { SOURCE_CONTROL_TOKENS } from './providers/source-control.ts';
import { TOOL_TOKENS } from './providers/tools.ts';

const PROVIDER_TOKENS: readonly ProviderToken[] = [
  ...AI_TOKENS,
  ...SOURCE_CONTROL_TOKENS,
  ...CLOUD_TOKENS,
  ...COMMERCE_TOKENS,
  ...MESSAGING_TOKENS,
  ...TOOL_TOKENS,
  ...SERVICE_TOKENS,
];

const bitOf = (index: number) => FIRST_PREFIX_BIT << (index % PREFIX_BITS);

/** How the tokens of every provider begin, and what other words do, with the bit of each. */
export const PREFIXES: readonly (readonly [prefix: string, bit: number])[] = [
  ...PROVIDER_TOKENS.flatMap(({ prefixes }, index) => prefixes.map((prefix) => [prefix, bitOf(index)] as const)),
  ...['eyJ', 'eyA', 'ewo', 'ew0', 'MII', 'MIG', 'MIH', 'MHc', 'MC4', 'b3B'].map(
    (start) => [start, Hint.base64] as const,
  ),
];

/**
 * Every kind of secret that is known by its value, in the order in which they are looked for: what spans more text
 * first, so that a key with a password in it is one mask, and numbers last. `isSecretKey` says which names make the value
 * beside them secret; `mayEndName` is a cheap test before it.
 */
export function createDetectors(
  isSecretKey: (key: string) => boolean,
  mayEndName: (text: string, at: number) => boolean = () => true,
): readonly Detector[] {
  return [
    privateKey,
    bareKey,
    jwk,
    urlCredentials,
    addressCredentials,
    namedValue(isSecretKey, mayEndName),
    labelledValue(isSecretKey),
    commandLine,
    spokenSecret,
    bearer,
    basic,
    setCookie,
    jwt,
    ...PROVIDER_TOKENS.map((token, index) => providerToken(token, bitOf(index))),
    iban,
    card,
    ssn,
    email,
    phone,
  ];
}

/** The names by which detectors are enabled and disabled. */
export const DETECTOR_NAMES: readonly string[] = createDetectors(() => false).map((detector) => detector.name);
