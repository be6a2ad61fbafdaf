import { filler } from '../detector.ts';
import type { ProviderToken } from './provider-token.ts';

/** Upper case, lower case and a digit, where a shape alone could be a name. */
const isMixed = (secret: string): boolean => /\d/.test(secret) && /[A-Z]/.test(secret) && /[a-z]/.test(secret);

/** The parts of a path before a token that is good for one use. */
const BEFORE_TOKEN =
  'verify verify-email email-verification confirm confirm-email confirmation reset reset-password password-reset set-password forgot-password activate activation magic magic-link magiclink invite invitation accept-invite unsubscribe recover'.split(
    ' ',
  );

/** Services of many kinds, and what systems keep of passwords. */
export const SERVICE_TOKENS: readonly ProviderToken[] = [
  {
    // https://developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys/, https://ionic.io/docs/appflow/cli/overview,
    // https://docs.statsig.com/sdk-keys/api-keys, https://stytch.com/docs/api, https://docs.devcycle.com/platform/account-management/api-credentials,
    // https://docs.apify.com/platform/integrations/api, https://polar.sh/docs/integrate/oat, https://docs.wandb.ai/
    name: 'service',
    label: 'SERVICE TOKEN',
    prefixes: [
      'pat.',
      'sat.',
      'ion_',
      'secret-',
      'dvc_server_',
      'apify_api_',
      'polar_oat_',
      'polar_pat_',
      'wandb_v1_',
      'pnb_',
      'lin_wh_',
      'figoh_',
      'figor_',
    ],
    pattern:
      '[ps]at\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{20}|ion_[a-z0-9]{42}|secret-[A-Za-z0-9_]{36,64}=?|secret-(?:test|live)-[A-Za-z0-9_=-]{36,64}|dvc_server_[A-Za-z0-9_]{20,80}|apify_api_[A-Za-z0-9]{36}|polar_[op]at_[A-Za-z0-9]{37,50}|wandb_v1_[A-Za-z0-9_]{70,90}|pnb_[A-Za-z0-9]{36}|lin_wh_[A-Za-z0-9]{40,64}|figo[hr]_[A-Za-z0-9_-]{40,64}',
    check: (secret) => /\d/.test(secret),
    examples: () => ({
      masks: [
        [`pat.${filler('alphanumeric', 22)}.${filler('hex', 24)}.${filler('alphanumeric', 20)}`, '[SERVICE TOKEN]'],
        [`ion_${filler('lower', 42)}`, '[SERVICE TOKEN]'],
        [`secret-test-${filler('alphanumeric', 40)}`, '[SERVICE TOKEN]'],
        [`apify_api_${filler('alphanumeric', 36)}`, '[SERVICE TOKEN]'],
      ],
      keeps: ['pat.apply(this)', 'secret-rotation-controller', 'ion_channel', 'secret-7d9f8b6c5d-x2x4z'],
    }),
  },
  {
    // https://developer.paypal.com/api/rest/authentication/, https://learn.microsoft.com/en-us/linkedin/shared/authentication/authentication,
    // https://www.sanity.io/docs/content-lake/http-auth, https://ngrok.com/docs/agent/, https://modal.com/docs/reference/modal.config,
    // https://developer.pagerduty.com/docs/rest-api-v2/authentication/, https://neon.com/docs/connect/connection-errors,
    // https://aiven.io/docs/, https://docs.knock.app/, https://elevenlabs.io/docs/api-reference/authentication
    name: 'mixed-token',
    label: 'SERVICE TOKEN',
    prefixes: [
      'A21AA',
      'AQU',
      'AQV',
      'AQW',
      'AQX',
      'WPL_AP0.',
      'WPL_AP1.',
      'sk',
      '2',
      'as-',
      'u+',
      'npg_',
      'AVNS_',
      'live_',
    ],
    pattern:
      'A21AA[A-Za-z0-9_-]{80,120}|AQ[UVWX][A-Za-z0-9_-]{150,500}|WPL_AP[01]\\.[A-Za-z0-9]{14,20}\\.[A-Za-z0-9+/]{8}={0,2}|sk[A-Za-z0-9]{78,200}|sk_(?=[A-Za-z]*\\d[A-Za-z]*\\d)[A-Za-z0-9]{29,64}|2[A-Za-z0-9]{26}_[A-Za-z0-9]{21}|as-[A-Za-z0-9]{22}|u\\+[A-Za-z0-9_-]{18}|npg_[A-Za-z0-9]{12,40}|AVNS_[A-Za-z0-9_-]{18,40}|live_[A-Za-z0-9_=-]{40}',
    check: (secret) => isMixed(secret) || /^sk_[a-f0-9]{48}$/.test(secret),
    examples: () => ({
      masks: [
        [`A21AA${filler('alphanumeric', 92)}`, '[SERVICE TOKEN]'],
        [`2${filler('alphanumeric', 26)}_${filler('alphanumeric', 21)}`, '[SERVICE TOKEN]'],
        [`sk_${filler('hex', 48)}`, '[SERVICE TOKEN]'],
        [`AVNS_${filler('alphanumeric', 19)}`, '[SERVICE TOKEN]'],
      ],
      keeps: [
        'sk_SK',
        'as-internationalization',
        'npg_connections',
        'live_reload_of_the_page_when_it_has_changed',
        '2026',
      ],
    }),
  },
  {
    // https://docs.adyen.com/development-resources/api-credentials/
    name: 'adyen',
    label: 'ADYEN KEY',
    prefixes: ['AQE'],
    pattern: 'AQE[A-Za-z0-9+/]{40,300}={0,2}-[A-Za-z0-9+/]{20,100}={0,2}-[^\\s"\'<>\\\\]{8,60}',
    examples: () => ({
      masks: [
        [
          `AQE${filler('alphanumeric', 100)}-${filler('alphanumeric', 43)}=-${filler('alphanumeric', 16)}`,
          '[ADYEN KEY]',
        ],
      ],
      keeps: ['AQE-1', `AQE${filler('alphanumeric', 60)}`],
    }),
  },
  {
    // https://docs.convex.dev/cli/deploy-key-types
    name: 'convex',
    label: 'DEPLOY KEY',
    prefixes: ['eyJ2MiI6'],
    pattern: '(?<=\\|)eyJ2MiI6[A-Za-z0-9+/]{20,200}={0,2}',
    anywhere: true,
    examples: () => ({
      masks: [[`prod:happy-animal-1|eyJ2MiI6${filler('alphanumeric', 60)}`, 'prod:happy-animal-1|[DEPLOY KEY]']],
      keeps: ['prod:happy-animal-1|'],
    }),
  },
  {
    // https://the.earth.li/~sgtatham/putty/latest/htmldoc/AppendixC.html
    name: 'putty',
    label: 'PRIVATE KEY',
    prefixes: ['PuTTY-User-Key-File-'],
    pattern:
      '(?<=Private-Lines: \\d{1,3}(?:\\s|\\\\[rn]){1,4})[A-Za-z0-9+/=](?:[A-Za-z0-9+/=\\s]|\\\\[rn]){20,8000}(?=Private-MAC|$)',
    anywhere: true,
    examples: () => ({
      masks: [
        [
          `PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 1\n${filler('alphanumeric', 64)}\nPrivate-MAC: x`,
          'PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 1\n[PRIVATE KEY]Private-MAC: x',
        ],
      ],
      keeps: ['PuTTY-User-Key-File-3: ssh-rsa'],
    }),
  },
  {
    // crypt(5), https://passlib.readthedocs.io/en/stable/modular_crypt_format.html, https://github.com/P-H-C/phc-string-format
    name: 'password-hash',
    label: 'PASSWORD HASH',
    prefixes: [
      '$2a$',
      '$2b$',
      '$2x$',
      '$2y$',
      '$1$',
      '$5$',
      '$6$',
      '$y$',
      '$apr1$',
      '$argon2i$',
      '$argon2d$',
      '$argon2id$',
    ],
    pattern:
      '\\$2[abxy]\\$\\d\\d\\$[./A-Za-z0-9]{53}|\\$[56]\\$(?:rounds=\\d{1,9}\\$)?[./A-Za-z0-9]{1,16}\\$[./A-Za-z0-9]{43,86}|\\$(?:1|apr1)\\$[./A-Za-z0-9]{1,8}\\$[./A-Za-z0-9]{22}|\\$y\\$[./A-Za-z0-9]{1,12}\\$[./A-Za-z0-9]{1,86}\\$[./A-Za-z0-9]{43}|\\$argon2i?d?\\$(?:v=\\d{1,4}\\$)?m=\\d{1,9},t=\\d{1,9},p=\\d{1,4}\\$[A-Za-z0-9+/]{8,128}\\$[A-Za-z0-9+/]{16,256}',
    anywhere: true,
    examples: () => ({
      masks: [
        [`$2b$${'10'}$${filler('alphanumeric', 53)}`, '[PASSWORD HASH]'],
        [`root:$6$abc$${filler('alphanumeric', 86)}:1:0`, 'root:[PASSWORD HASH]:1:0'],
        [
          `$argon2id$v=19$m=65536,t=3,p=4$${filler('alphanumeric', 22)}$${filler('alphanumeric', 43)}`,
          '[PASSWORD HASH]',
        ],
      ],
      keeps: ['where a = $1 and b = $2', 'costs $5 or $6', 'US$1$'],
    }),
  },
  {
    name: 'path-token',
    label: 'TOKEN',
    prefixes: BEFORE_TOKEN.map((part) => `${part}/`),
    pattern: `(?<=/(?:${BEFORE_TOKEN.join('|')})/)[A-Za-z0-9_.~=-]{20,512}`,
    anywhere: true,
    // UUIDs and the identifiers of documents name things, here too.
    check: (secret) =>
      /\d/.test(secret) &&
      /[A-Za-z0-9_]{20}/.test(secret) &&
      /[A-Za-z]/.test(secret) &&
      !/^(?:[\da-f]{24}$|20\d{6})/i.test(secret) &&
      !/^[a-z]+(?:[-_.][a-z\d]+)+$/.test(secret),
    examples: () => ({
      masks: [
        [`/verify/${filler('hex', 64)}`, '/verify/[TOKEN]'],
        [`GET /auth/reset-password/${filler('alphanumeric', 32)}?x=1`, 'GET /auth/reset-password/[TOKEN]?x=1'],
      ],
      keeps: [
        '/verify/:token',
        '/invite/0197f2aa-6c1e-7c3b-9d43-7a2f1c0e5b11',
        '/reset-password/confirmation-was-sent-2',
        '/confirm/order_2026_11_22_batch_seven',
      ],
    }),
  },
];
