import { filler } from '../detector.ts';
import type { ProviderToken } from './provider-token.ts';

/** Monitoring, and the tools that a team works with. */
export const TOOL_TOKENS: readonly ProviderToken[] = [
  {
    // https://docs.datadoghq.com/account_management/personal-access-tokens/
    name: 'datadog',
    label: 'DATADOG KEY',
    prefixes: ['ddapp_', 'ddpat_', 'ddsat_'],
    pattern: 'dd(?:app|[ps]at)_[A-Za-z0-9_]{24,128}',
    examples: () => ({ masks: [[`ddapp_${filler('alphanumeric', 34)}`, '[DATADOG KEY]']], keeps: ['ddapp_x'] }),
  },
  {
    // https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/
    name: 'newrelic',
    label: 'NEW RELIC KEY',
    prefixes: ['NRAK-', 'NRII-', 'NRIQ-', 'NRRA-', 'NRJS-', 'NRAA-', 'NRAL'],
    pattern: 'NR(?:AK|II|IQ|RA|JS|AA)-[A-Za-z0-9_-]{19,64}|(?:eu01xx)?[a-f0-9]{26,36}(?:FFFF)?NRAL',
    marked: true,
    examples: () => ({
      masks: [
        [`NRAK-${filler('upper', 27)}`, '[NEW RELIC KEY]'],
        [`${filler('hex', 32)}FFFFNRAL`, '[NEW RELIC KEY]'],
      ],
      keeps: ['NRAK-x', 'GENRAL'],
    }),
  },
  {
    // https://grafana.com/docs/grafana/latest/administration/service-accounts/, https://docs.sentry.io/account/auth-tokens/,
    // https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens,
    // https://docs.honeycomb.io/get-started/configure/environments/manage-api-keys/, https://launchdarkly.com/docs/home/account/api,
    // https://docs.logz.io/, https://betterstack.com/docs/logs/, https://developer.pagerduty.com/docs/rest-api-v2/authentication/
    name: 'observability',
    label: 'OBSERVABILITY TOKEN',
    prefixes: [
      'glc_',
      'glsa_',
      'eyJrIjoi',
      'sntrys_',
      'sntryu_',
      'sntrya_',
      'dt0c01.',
      'dt0s01.',
      'dt0s16.',
      'hcaik_',
      'hcbik_',
      'hcxik_',
      'hcamk_',
      'api-',
      'sdk-',
      'phx_',
      'phc_',
      'pdus+',
      'pdeu+',
    ],
    pattern:
      'glc_[A-Za-z0-9+/]{32,400}={0,3}|glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|eyJrIjoi[A-Za-z0-9+/]{40,400}={0,3}|sntry[sua]_[A-Za-z0-9+/=_-]{40,600}|dt0[a-z]\\d{2}\\.[A-Z0-9]{8,24}\\.[A-Z0-9]{48,64}|hc[abx][im]k_[a-z0-9]{26,80}|(?:api|sdk)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|ph[xc]_[A-Za-z0-9]{40,50}|pd(?:us|eu)\\+[A-Za-z0-9_+-]{18,32}',
    examples: () => ({
      masks: [
        [`glsa_${filler('alphanumeric', 32)}_${filler('hex', 8)}`, '[OBSERVABILITY TOKEN]'],
        [`sntryu_${filler('hex', 64)}`, '[OBSERVABILITY TOKEN]'],
        [`dt0c01.${filler('upper', 24)}.${filler('upper', 64)}`, '[OBSERVABILITY TOKEN]'],
      ],
      keeps: ['sdk-js-1.2.3', 'api-gateway-7d9f8b6c5d-x2x4z', 'glc_x'],
    }),
  },
  {
    // https://linear.app/developers/graphql, https://developers.notion.com/reference/authentication,
    // https://developers.figma.com/docs/rest-api/authentication/, https://airtable.com/developers/web/guides/personal-access-tokens,
    // https://learning.postman.com/docs/developer/postman-api/authentication/, https://www.typeform.com/developers/get-started/personal-access-token/,
    // https://docs.readme.com/, https://developer.frame.io/, https://developers.asana.com/docs/personal-access-token,
    // https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key, https://www.contentful.com/developers/docs/references/authentication/,
    // https://dev.maxmind.com/license-key-scanning/, https://developers.hubspot.com/docs/guides/apps/private-apps/overview
    name: 'team-tool',
    label: 'TOOL TOKEN',
    prefixes: [
      'lin_api_',
      'lin_oauth_',
      'ntn_',
      'secret_',
      'figd_',
      'figu_',
      'pat',
      'PMAK-',
      'PMAT-',
      'tfp_',
      'rdme_',
      'fio-u-',
      'API-',
      'CFPAT-',
      '_mmk',
      'pat-na',
      'pat-eu',
      'ATTA',
      'dG9r',
      'sha256~',
      'wakatime_',
      'waka_',
      'tk-us-',
      'sm_aat_',
      'sm_pat_',
      'pnu_',
      'cal_live_',
    ],
    pattern:
      'lin_(?:api|oauth)_[A-Za-z0-9]{40,64}|ntn_[A-Za-z0-9]{40,60}|secret_[A-Za-z0-9]{43}|fig[du]_[A-Za-z0-9_-]{40,64}|pat[A-Za-z0-9]{14}\\.[a-f0-9]{64}|pat-(?:na|eu)\\d-[0-9a-f]{8}-[0-9a-f-]{27}|PMA[KT]-[A-Za-z0-9]{24,26}(?:-[a-f0-9]{34})?|tfp_[A-Za-z0-9_.=-]{40,70}|rdme_[a-z0-9]{70}|fio-u-[A-Za-z0-9_=-]{64}|API-[A-Z0-9]{25,32}|CFPAT-[A-Za-z0-9_-]{43}|[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk|ATTA[A-Za-z0-9]{60,80}|dG9r[A-Za-z0-9+/]{50,80}={0,2}|sha256~[A-Za-z0-9_-]{43}|waka_[0-9a-f]{8}-[0-9a-f-]{27}|tk-us-[A-Za-z0-9_-]{48}|sm_[aps]at_[A-Za-z0-9]{16}|pnu_[A-Za-z0-9]{36}|cal_live_[a-z0-9]{32}',
    marked: true,
    examples: () => ({
      masks: [
        [`lin_api_${filler('alphanumeric', 40)}`, '[TOOL TOKEN]'],
        [`ntn_${filler('digits', 11)}${filler('alphanumeric', 35)}`, '[TOOL TOKEN]'],
        [`pat${filler('alphanumeric', 14)}.${filler('hex', 64)}`, '[TOOL TOKEN]'],
        [`PMAK-${filler('hex', 24)}-${filler('hex', 34)}`, '[TOOL TOKEN]'],
      ],
      keeps: ['secret_santa', 'path/pattern.ts', 'API-GATEWAY', `sha256-${filler('alphanumeric', 43)}=`],
    }),
  },
  {
    // https://developer.adobe.com/developer-console/docs/guides/credentials/, https://www.infracost.io/docs/features/cli_commands/,
    // https://api.intra.42.fr/apidoc, https://docs.defined.net/, https://developers.dropbox.com/oauth-guide,
    // https://docs.mapbox.com/api/accounts/tokens/ (secret and temporary tokens; public ones stay)
    name: 'developer-tool',
    label: 'TOOL TOKEN',
    prefixes: ['p8e-', 'ico-', 's-s4t2', 'dnkey-', 'sl.', 'sk.', 'tk.'],
    pattern:
      'p8e-[A-Za-z0-9]{32}|ico-[A-Za-z0-9]{32}|s-s4t2(?:ud|af)-[a-f0-9]{64}|dnkey-[A-Za-z0-9=_-]{26}-[A-Za-z0-9=_-]{52}|sl\\.(?:u\\.)?[A-Za-z0-9_=-]{100,}|[st]k\\.eyJ[A-Za-z0-9_-]{30,}\\.[A-Za-z0-9_-]{20,}',
    examples: () => ({
      masks: [
        [`p8e-${filler('alphanumeric', 32)}`, '[TOOL TOKEN]'],
        [`sk.eyJ${filler('alphanumeric', 60)}.${filler('alphanumeric', 22)}`, '[TOOL TOKEN]'],
        [`sl.${filler('alphanumeric', 135)}`, '[TOOL TOKEN]'],
      ],
      keeps: [`pk.eyJ${filler('alphanumeric', 60)}`, 'disk.eyJ', 'ico-arrow'],
    }),
  },
];
