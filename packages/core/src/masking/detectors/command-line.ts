import type { PatternDetector } from '../detector.ts';
import { Hint } from '../hints.ts';

const PASSWORD_OPTION =
  /(?<![\w-])--?(?:[a-z]{1,24}-){0,3}(?:password|passwd|passphrase|pass|token|secret|api-?key|access-?key|secret-?key|private-?key)[ \t]{1,4}["']?/;
const USER_OPTION =
  /(?<![\w-])(?:curl|wget|https?)\b[^\r\n]{0,256}?\s(?:-u|--user|--proxy-user)[ =]["']?[^\s:"'-]{1,64}:/;
const SHORT_OPTION =
  /(?<![\w-])(?:(?:sshpass|docker\s{1,4}login|podman\s{1,4}login|az\s{1,4}login|htpasswd)\b[^\r\n]{0,256}?\s-p|redis-cli\b[^\r\n]{0,256}?\s-a)[ =]["']?|(?<![\w-])mysql(?:dump|admin)?\s[^\r\n]{0,256}?(?<=\s)-p(?!\s|ort|rotocol)/;
const STATEMENT = /\b(?:identified\s{1,4}by|password)\s{1,4}(?=')'/;
const NETRC = /\b(?:machine\s{1,4}[^\s]{1,128}|default)\s{1,4}login\s{1,4}[^\s]{1,64}\s{1,4}password\s{1,4}/;
const VALUE = /(?![-[]|\s|(?:is|was|for|must|should|required)\b)([^\s"'\\]{1,512})/;

/** Secrets that commands and statements take without an equals sign: `--password x`, `curl -u a:b`, SQL's `PASSWORD 'x'`. */
export const commandLine: PatternDetector = {
  name: 'command-line',
  label: 'REDACTED',
  hints: Hint.scheme,
  quick: (text) => /-|password|identified|login/i.test(text),
  pattern: new RegExp(
    `(?:${[PASSWORD_OPTION, USER_OPTION, SHORT_OPTION, STATEMENT, NETRC].map(({ source }) => source).join('|')})${VALUE.source}`,
    'gi',
  ),
  examples: () => ({
    masks: [
      ['mysql --host db --password hunter2 shop', 'mysql --host db --password [REDACTED] shop'],
      ["curl -s -u 'bob:hunter2' https://x", "curl -s -u 'bob:[REDACTED]' https://x"],
      ["ALTER USER app WITH PASSWORD 'hunter2'", "ALTER USER app WITH PASSWORD '[REDACTED]'"],
      ["CREATE USER a IDENTIFIED BY 'pw1'", "CREATE USER a IDENTIFIED BY '[REDACTED]'"],
      ['machine h login bob password hunter2', 'machine h login bob password [REDACTED]'],
      ['docker login -u bob -p hunter2 registry', 'docker login -u bob -p [REDACTED] registry'],
      ['mysql -u root -phunter2 shop', 'mysql -u root -p[REDACTED] shop'],
      ['redis-cli -a hunter2 ping', 'redis-cli -a [REDACTED] ping'],
    ],
    keeps: [
      'use --password --to log in',
      'the password is wrong',
      'forgot password',
      'tool -u user',
      'mysql -h db -p',
      'ssh -p 2222 host',
    ],
  }),
};
