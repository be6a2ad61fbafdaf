import { describe, expect, it } from 'vitest';
import { applyDetector } from './detector.ts';
import { createDetectors } from './detectors.ts';
import { namesSecret } from './keys.ts';
import { createMasker } from './masker.ts';
import { createCover } from './show.ts';

/** Pieces of which a text of any length is made to be as hard as can be. */
const PIECES: readonly string[] = [
  'a', 'A', '1', '4242', '4242 ', '4242-', '4 ', '@', 'a@', 'a@b', 'a@b.', 'a.', '.', '-', '_', '=', ':', ',', '"', "'", '\\', '\\"', '/',
  'eyJ', 'eyJ.', 'eyJhbGciOiJI.', 'a.eyJ', '-----BEGIN', '-----BEGIN PRIVATE KEY-----', '-----BEGIN PRIVATE KEY-----\n-----END ',
  'http://', 'http://a:b', 'http://a:b@', 'a://@', ':@', 'a:b@', '%41', '%', '%25', 'password=', 'password:', 'code=', 'code="', '"password":"',
  '"password":"\\"', 'password:{', 'password:[', '\\"token\\":\\"', '<password>', '<password ', '>', '<', 'ab>', 'Bearer ', 'Basic ', 'Bearer a', 'token ',
  'cookie: a=b;', 'a=b; path=/;', '; path=/', 'authorization: ', 'authorization: digest a="', '--password ', 'curl -u ', 'curl ', "password '",
  'machine a login b password ', 'ghp_', 'gho_aaaaaaaaaaaaaaaaaaa', 'sk-', 'sk_live_', 'xoxb-', 'xoxe.xoxb-', 'glpat-', 'AKIA', 'AIza', 'SG.', 'hvs.', 's.',
  'pypi-', 'EAAA', 'MTA', 'MTAwMDAwMDAwMDAwMDAwMDAw.', '1:A', '123456:A', 'JQQJ99', 'Q~', 'aaa8Q~', 'AZDO', '+ASt', 'atlasv1.', 'live_', 'dt0c01.', 'NRAL',
  '-us', 'a-', 'aaaaaaaaaaaaaaaa-', 'DE89', 'DE89 ', 'GB82WEST', '123-45-', '123-45-6789', '+1', '+1 ', '(415) ', 'aGVsbG8gd29ybGQh', 'aGVsbG8gd29ybGQh/', '/aaaaaaaaaaaaaaaaaaa',
  'MII', 'MIIEpAIBAAKC', 'hooks.slack.com/services/', 'discord.com/api/webhooks/', '&quot;', 'password&quot;:&quot;', '\u00e9@', '\ud83d\ude00', ' ', '\n', '((((', '[[[[', '{"a":', 'IQoJb3JpZ2lu', 'A', 'EAAC', 'whsec_', 'pi_a_secret_',
]; // biome-ignore format: a word list reads best filled

const MEGABYTE = 1_000_000;
/** Four times the text may take four times as long; ten leaves room for a busy machine, sixteen would be quadratic. */
const RATIO = 10;
/** What takes less, in milliseconds, is quick enough not to be measured twice. */
const QUICK = 100;

const repeat = (piece: string, length: number) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

/** Milliseconds of this process's own time, which others on the machine do not lengthen. */
function fastest(run: () => void, rounds: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

function expectLinear(mask: (text: string) => string, piece: string, length: number): void {
  const [short, long] = [repeat(piece, length / 4), repeat(piece, length)];
  const time = fastest(() => mask(long), 1);
  if (time < QUICK) return;
  const [quick, slow] = [
    fastest(() => mask(short), 3),
    Math.min(
      time,
      fastest(() => mask(long), 1),
    ),
  ];
  const times = `${JSON.stringify(piece)}: ${quick} ms, four times as much ${slow} ms`;
  expect(slow, times).toBeLessThan(quick * RATIO + QUICK);
}

describe('a megabyte of the hardest text', () => {
  const masker = createMasker({ enable: ['phone'] });

  it('takes the whole masker a time that grows as its length does', { timeout: 120_000 }, () => {
    for (const piece of PIECES) expectLinear(masker.maskText, piece, MEGABYTE);
  });

  const cover = createCover('kind', undefined);
  it.each(createDetectors(namesSecret).map((detector) => [detector.name, detector] as const))(
    'takes %s a time that grows as its length does',
    { timeout: 60_000 },
    (_, detector) => {
      // One of its words is put at the end, so that it cannot leave at once.
      const [end = ''] = detector.words ?? [];
      const apply = (text: string) => applyDetector(detector, text + end, cover);
      const words = detector.words ?? [];
      const own = words.flatMap((word) => [word, `${word}a`, `${word}1.`, `aaaaaaaaaaaaaaaaaaaaaaaa${word}`]);
      const parts = detector.examples().masks.flatMap(([text]) => [text.slice(0, 12), text.slice(0, -4), text]);
      for (const piece of [...own, ...parts]) expectLinear(apply, piece, MEGABYTE);
      for (const piece of PIECES) expectLinear(apply, piece, MEGABYTE / 5);
    },
  );
});
