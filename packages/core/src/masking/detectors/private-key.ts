import { type Cover, filler, type PatternDetector, type ReadingDetector } from '../detector.ts';
import { Hint } from '../hints.ts';

const HEADER = /-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g;
const FOOTER = /-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g;

/**
 * Private keys in PEM (RFC 7468), OpenSSH's, SSH2's and PGP's armour, with line ends as they are, escaped or gone.
 * Without its last line a key is hidden up to the end of the text. Public keys and certificates stay.
 */
export const privateKey: ReadingDetector = {
  name: 'private-key',
  label: 'PRIVATE KEY',
  hints: Hint.dashes,
  words: ['PRIVATE KEY'],
  replace: replaceBlocks,
  examples: () => {
    const body = filler('alphanumeric', 64);
    const block = (kind: string, end: string) =>
      [`-----BEGIN ${kind}PRIVATE ${'KEY'}-----`, body, body, `-----END ${kind}PRIVATE ${'KEY'}-----`].join(end);
    return {
      masks: [
        [`key: ${block('RSA ', '\n')} end`, 'key: [PRIVATE KEY] end'],
        [block('', '\\n'), '[PRIVATE KEY]'],
        [block('OPENSSH ', '\r\n'), '[PRIVATE KEY]'],
        [block('', '\n').slice(0, 90), '[PRIVATE KEY]'],
      ],
      keeps: ['-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----', '----- PRIVATE KEY -----', '-----BEGIN'],
    };
  },
};

function replaceBlocks(text: string, cover: Cover, label: string): string {
  let result = '';
  let copied = 0;
  HEADER.lastIndex = 0;
  for (let header = HEADER.exec(text); header !== null; header = HEADER.exec(text)) {
    FOOTER.lastIndex = HEADER.lastIndex;
    const end = FOOTER.exec(text) === null ? text.length : FOOTER.lastIndex;
    const body = text.slice(HEADER.lastIndex, end).replaceAll(/\\+[nr]|[^A-Za-z0-9+/=]/g, '');
    result += text.slice(copied, header.index) + cover(label, body);
    copied = end;
    HEADER.lastIndex = end;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

// An RSA key is a sequence that starts with version 0, where a certificate starts with another sequence.
const BARE =
  /(?<![A-Za-z0-9+/])(?:MII[A-Za-z0-9+/]{3}(?:IBA(?:AKC|DAN)|CAQAw)|MI(?:GHAgEAMBMG|G2AgEAMBAG|HuAgEAMBAG)|MC4CAQAwBQYDK2V|MHcCAQEEI|MIGkAgEBBD|b3BlbnNzaC1rZXktdjE)[A-Za-z0-9+/\r\n]{32,}={0,2}/g;

/** Private keys without their armour: PKCS#1, PKCS#8, SEC 1 and OpenSSH in base64. */
export const bareKey: PatternDetector = {
  name: 'bare-key',
  label: 'PRIVATE KEY',
  hints: Hint.long | Hint.base64,
  words: ['MI', 'MHcCAQEE', 'MC4CAQAwBQYDK2V', 'b3BlbnNzaC1rZXktdjE'],
  pattern: BARE,
  canonical: (secret) => secret.replaceAll(/[\s=]/g, ''),
  examples: () => ({
    masks: [[`MIIEpAIBAAKC${filler('alphanumeric', 80)}`, '[PRIVATE KEY]']],
    keeps: [`MIIDdzCCAl+gAwIBAgIE${filler('alphanumeric', 80)}`],
  }),
};
