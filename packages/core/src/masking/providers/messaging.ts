import { filler, notAfter } from '../detector.ts';
import type { ProviderToken } from './provider-token.ts';

/** Chat, mail, telephony, social networks. */
export const MESSAGING_TOKENS: readonly ProviderToken[] = [
  {
    // https://docs.slack.dev/authentication/tokens
    name: 'slack',
    label: 'SLACK TOKEN',
    prefixes: [
      'xoxb-',
      'xoxp-',
      'xoxa-',
      'xoxr-',
      'xoxs-',
      'xoxo-',
      'xoxe-',
      'xoxe.',
      'xoxc-',
      'xoxd-',
      'xapp-',
      'xwfp-',
    ],
    pattern:
      'xoxe\\.xox[bp]-[A-Za-z0-9-]{10,400}|xox[a-z]-[A-Za-z0-9%-]{10,400}|xapp-\\d-[A-Z0-9]{5,20}-\\d{5,20}-[A-Za-z0-9]{20,80}|xwfp-[A-Za-z0-9-]{10,100}',
    examples: () => ({
      masks: [
        [`bot xoxb-${filler('digits', 12)}-${filler('digits', 12)}-${filler('alphanumeric', 24)}`, 'bot [SLACK TOKEN]'],
        [`xapp-1-A${filler('upper', 10)}-${filler('digits', 13)}-${filler('hex', 64)}`, '[SLACK TOKEN]'],
      ],
      keeps: ['xoxo-', 'webxapp-1'],
    }),
  },
  {
    // https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, https://discord.com/developers/docs/resources/webhook,
    // https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook, https://zapier.com/
    name: 'webhook',
    label: 'WEBHOOK',
    prefixes: ['hooks.', 'discord.', 'discordapp.', 'webhook.'],
    pattern:
      '(?<=hooks\\.slack\\.com/(?:services|workflows|triggers)/)[A-Za-z0-9+/]{20,120}|(?<=discord(?:app)?\\.com/api/(?:v\\d{1,2}/)?webhooks/)\\d{5,20}/[A-Za-z0-9_-]{30,100}|(?<=[\\w.-]\\.webhook\\.office\\.com/webhookb2/)[\\w@/-]{40,250}|(?<=hooks\\.zapier\\.com/hooks/(?:catch|standard)/)[\\w/]{6,64}',
    anywhere: true,
    examples: () => ({
      masks: [
        [
          `https://hooks.slack.com/services/T${filler('upper', 8)}/B${filler('upper', 8)}/${filler('alphanumeric', 24)}`,
          'https://hooks.slack.com/services/[WEBHOOK]',
        ],
        [
          `https://discord.com/api/webhooks/${filler('digits', 18)}/${filler('alphanumeric', 68)}`,
          'https://discord.com/api/webhooks/[WEBHOOK]',
        ],
      ],
      keeps: ['https://hooks.slack.com/services/', 'https://discord.com/channels/1', 'see webhook.ts'],
    }),
  },
  {
    // https://discord.com/developers/docs/reference#authentication (base64 of an identifier, a time, an HMAC)
    name: 'discord',
    label: 'DISCORD TOKEN',
    prefixes: ['M', 'N', 'O', 'mfa.'],
    pattern: `${notAfter('\\w-')}[MNO][A-Za-z0-9_-]{22,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,45}(?![\\w-])|mfa\\.[A-Za-z0-9_-]{80,90}`,
    anywhere: true,
    check: (secret) => {
      const [id = '', , last = ''] = secret.split('.');
      return (
        id === 'mfa' ||
        /^\d+$/.test(Buffer.from(id, 'base64').toString()) ||
        (/\d/.test(id) && /\d/.test(last) && /(?:\d.*){4}/.test(id + last))
      );
    },
    examples: () => ({
      masks: [
        [
          `login MTA${filler('alphanumeric', 23)}.G${filler('alphanumeric', 5)}.${filler('alphanumeric', 38)}`,
          'login [DISCORD TOKEN]',
        ],
      ],
      keeps: ['MTA.NDA.ODA', 'Module.method.name'],
    }),
  },
  {
    // https://core.telegram.org/bots/api#authorizing-your-bot
    name: 'telegram',
    label: 'TELEGRAM TOKEN',
    // Whatever number comes first.
    prefixes: [':A'],
    pattern: '(?<!\\d)\\d{6,12}:A[A-Za-z0-9_-]{32,36}(?![\\w-])',
    anywhere: true,
    examples: () => ({
      masks: [
        [
          `https://api.telegram.org/bot${filler('digits', 10)}:AA${filler('alphanumeric', 33)}/getMe`,
          'https://api.telegram.org/bot[TELEGRAM TOKEN]/getMe',
        ],
      ],
      keeps: ['12:Abc', 'at 1234567:ABC'],
    }),
  },
  {
    // https://www.twilio.com/docs/iam/api-keys
    name: 'twilio',
    label: 'TWILIO KEY',
    prefixes: ['SK'],
    pattern: 'SK[0-9a-fA-F]{32}',
    examples: () => ({
      masks: [[`SK${filler('hex', 32)}`, '[TWILIO KEY]']],
      keeps: [`AC${filler('hex', 32)}`, 'SKU1234', `DESK${filler('hex', 32)}`],
    }),
  },
  {
    // https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys, https://documentation.mailgun.com/docs/mailgun/user-manual/api-key-mgmt/,
    // https://mailchimp.com/developer/marketing/guides/quick-start/, https://developers.brevo.com/docs/api-key-authentication,
    // https://resend.com/docs/dashboard/api-keys/introduction, https://developers.mailersend.com/
    name: 'mail-provider',
    label: 'MAIL PROVIDER KEY',
    prefixes: ['SG.', 'key-', '-us', 'xkeysib-', 'xsmtpsib-', 're_', 'mlsn.', 'md-', '-'],
    pattern:
      'SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{32,64}|key-[0-9a-f]{32}|[0-9a-f]{32}-us\\d{1,2}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}|x(?:key|smtp)sib-[a-f0-9]{64}-[A-Za-z0-9]{16}|re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,32}|mlsn\\.[a-f0-9]{64}|md-[A-Za-z0-9_-]{22}',
    marked: true,
    examples: () => ({
      masks: [
        [`SG.${filler('alphanumeric', 22)}.${filler('alphanumeric', 43)}`, '[MAIL PROVIDER KEY]'],
        [`key-${filler('hex', 32)}`, '[MAIL PROVIDER KEY]'],
        [`${filler('hex', 32)}-us14`, '[MAIL PROVIDER KEY]'],
        [`${filler('hex', 32)}-${filler('hex', 8)}-${filler('hex', 8)}`, '[MAIL PROVIDER KEY]'],
      ],
      keeps: ['SG.1.2', 'key-value', `00-${filler('hex', 32)}-${filler('hex', 16)}-01`, filler('hex', 32)],
    }),
  },
  {
    // https://developers.facebook.com/docs/facebook-login/guides/access-tokens/, https://developer.x.com/en/docs/authentication/oauth-2-0/bearer-tokens
    name: 'social',
    label: 'SOCIAL TOKEN',
    prefixes: ['EAA', 'IGQ', 'AAAAAAAAAAAAAAAAAAAAA'],
    pattern: 'EAA[A-Za-z][A-Za-z0-9]{90,500}|IGQ[A-Za-z0-9_-]{90,500}|A{21,22}[A-Za-z0-9%]{60,120}',
    examples: () => ({
      masks: [[`EAAC${filler('alphanumeric', 120)}`, '[SOCIAL TOKEN]']],
      keeps: ['EAAC', 'A'.repeat(64)],
    }),
    check: (secret) => !/^A+$/.test(secret),
  },
];
