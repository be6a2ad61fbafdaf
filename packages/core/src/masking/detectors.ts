import type { Detector } from './detector.ts';
import { basic, bearer } from './detectors/authorization.ts';
import { card } from './detectors/card.ts';
import { awsSecret, commandLine } from './detectors/command-line.ts';
import { setCookie } from './detectors/cookie.ts';
import { email } from './detectors/email.ts';
import { iban } from './detectors/iban.ts';
import { jwt } from './detectors/jwt.ts';
import { namedValue } from './detectors/named-value.ts';
import { phone } from './detectors/phone.ts';
import { bareKey, privateKey } from './detectors/private-key.ts';
import { ssn } from './detectors/ssn.ts';
import { addressCredentials, urlCredentials } from './detectors/url-credentials.ts';
import { AI_TOKENS } from './providers/ai.ts';
import { CLOUD_TOKENS } from './providers/cloud.ts';
import { COMMERCE_TOKENS } from './providers/commerce.ts';
import { MESSAGING_TOKENS } from './providers/messaging.ts';
import { type ProviderToken, providerToken } from './providers/provider-token.ts';
import { SOURCE_CONTROL_TOKENS } from './providers/source-control.ts';
import { TOOL_TOKENS } from './providers/tools.ts';

const PROVIDER_TOKENS: readonly ProviderToken[] = [
  ...AI_TOKENS,
  ...SOURCE_CONTROL_TOKENS,
  ...CLOUD_TOKENS,
  ...COMMERCE_TOKENS,
  ...MESSAGING_TOKENS,
  ...TOOL_TOKENS,
];

/** How the tokens of every provider begin. */
export const TOKEN_PREFIXES: readonly string[] = PROVIDER_TOKENS.flatMap((token) => token.prefixes);

/**
 * Every kind of secret that is known by its value, in the order in which they are looked for: what spans more text
 * first, so that a key with a password in it is one mask, and numbers last. `isSecretKey` says which names make the value
 * beside them secret.
 */
export function createDetectors(isSecretKey: (key: string) => boolean): readonly Detector[] {
  return [
    privateKey,
    bareKey,
    urlCredentials,
    addressCredentials,
    namedValue(isSecretKey),
    commandLine,
    bearer,
    basic,
    setCookie,
    jwt,
    awsSecret,
    ...PROVIDER_TOKENS.map(providerToken),
    iban,
    card,
    ssn,
    email,
    phone,
  ];
}

/** The names by which detectors are enabled and disabled. */
export const DETECTOR_NAMES: readonly string[] = createDetectors(() => false).map((detector) => detector.name);
