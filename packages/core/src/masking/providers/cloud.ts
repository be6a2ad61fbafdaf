import { filler, notAfter } from '../detector.ts';
import type { ProviderToken } from './provider-token.ts';

/** Computing, storage, databases and secrets in the cloud. */
export const CLOUD_TOKENS: readonly ProviderToken[] = [
  {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
    // A secret access key has no mark of its own; it is looked for where the identifier of an access key stands.
    name: 'aws-secret',
    label: 'AWS SECRET',
    prefixes: ['AKIA', 'ASIA'],
    pattern: '(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])',
    anywhere: true,
    check: (secret) => /[a-z]/.test(secret) && /[A-Z]/.test(secret) && /\d/.test(secret),
    examples: () => {
      const [id, secret] = [`AKIA${filler('upper', 16)}`, filler('alphanumeric', 40)];
      return { masks: [[`${id} ${secret}`, `${id} [AWS SECRET]`]], keeps: [secret] };
    },
  },
  {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    name: 'aws',
    label: 'AWS KEY',
    prefixes: ['AKIA', 'ASIA', 'ABIA', 'ACCA', 'A3T'],
    pattern: '(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}',
    examples: () => ({
      masks: [
        [`id AKIA${filler('upper', 16)} used`, 'id [AWS KEY] used'],
        [`ASIA${filler('upper', 16)}/20261122/eu-west-1`, '[AWS KEY]/20261122/eu-west-1'],
      ],
      keeps: ['AKIASHORT', 'ASIA', `XAKIA${filler('upper', 16)}`],
    }),
  },
  {
    // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html (base64 of the issuing service)
    // https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html
    name: 'aws-session',
    label: 'AWS TOKEN',
    prefixes: [
      'IQoJb3JpZ2lu',
      'FwoGZXIvYXdz',
      'FQoGZXIvYXdz',
      'ABSK',
      'bedrock-api-key-',
      'amzn.mws.',
      'amzn1.oa2-cs.',
    ],
    pattern:
      '(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9+/=%_-]{40,}|ABSK[A-Za-z0-9+/]{80,}={0,2}|bedrock-api-key-[A-Za-z0-9+/=_-]{40,}|amzn\\.mws\\.[0-9a-f]{8}-[0-9a-f-]{27}|amzn1\\.oa2-cs\\.v1\\.[a-f0-9]{64}',
    anywhere: true,
    examples: () => ({
      masks: [
        [`IQoJb3JpZ2luX2Vj${filler('alphanumeric', 60)}`, '[AWS TOKEN]'],
        [`ABSK${filler('alphanumeric', 110)}`, '[AWS TOKEN]'],
      ],
      keeps: ['ABSKin', 'bedrock-api-key-name'],
    }),
  },
  {
    // https://cloud.google.com/docs/authentication/api-keys, https://developers.google.com/identity/protocols/oauth2
    name: 'google',
    label: 'GOOGLE KEY',
    prefixes: ['AIza', 'GOCSPX-', 'ya29.', '1//', 'AQ.'],
    pattern:
      'AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{24,40}|ya29\\.[A-Za-z0-9_.-]{20,2048}|1//0[A-Za-z0-9_-]{30,256}|AQ\\.Ab[A-Za-z0-9_-]{30,128}',
    examples: () => ({
      masks: [
        [`key AIza${filler('alphanumeric', 35)} denied`, 'key [GOOGLE KEY] denied'],
        [`GOCSPX-${filler('alphanumeric', 28)}`, '[GOOGLE KEY]'],
        [`ya29.a0${filler('alphanumeric', 80)}`, '[GOOGLE KEY]'],
        [`1//0g${filler('alphanumeric', 60)}`, '[GOOGLE KEY]'],
      ],
      keeps: ['AIzaShort', 'ya29.', 'http://1//0'],
    }),
  },
  {
    // https://learn.microsoft.com/en-us/entra/identity-platform/ (client secrets: `Q~` after a digit at the fourth place)
    // https://github.com/microsoft/security-utilities (the marks that Azure's keys carry)
    name: 'azure',
    label: 'AZURE KEY',
    prefixes: ['Q~', 'JQQJ99', 'AZDO', 'AzSe', 'AzFu', 'AzCa', 'ACDb', '+ASt', '+ASb', '+AEh', '+ACR', 'AIoT', 'APIM'],
    pattern: `${notAfter('A-Za-z0-9_~.+-')}(?:[A-Za-z0-9_~.]{3}\\dQ~[A-Za-z0-9_~.-]{31,34}|[A-Za-z0-9]{20,60}JQQJ99[A-Za-z0-9]{20,40}|[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}|[A-Za-z0-9]{42}AzSe[A-Za-z0-9]{6}|[A-Za-z0-9_+/-]{40,90}(?:AzFu|AzCa|ACDb|\\+ASt|\\+ASb|\\+AEh|\\+ACR|AIoT|APIM)[A-Za-z0-9+/_-]{5,8}(?:={1,2}|(?![A-Za-z0-9+/])))`,
    marked: true,
    anywhere: true,
    examples: () => ({
      masks: [
        [`secret ${filler('alphanumeric', 3)}8Q~${filler('alphanumeric', 34)}`, 'secret [AZURE KEY]'],
        [`${filler('alphanumeric', 52)}JQQJ99BKAC${filler('alphanumeric', 22)}`, '[AZURE KEY]'],
        [`${filler('alphanumeric', 76)}+ASt${filler('alphanumeric', 6)}==`, '[AZURE KEY]'],
      ],
      keeps: [`sha512-${filler('alphanumeric', 86)}==`],
    }),
  },
  {
    // https://docs.digitalocean.com/reference/api/create-personal-access-token/
    name: 'digitalocean',
    label: 'DIGITALOCEAN TOKEN',
    prefixes: ['dop_v1_', 'doo_v1_', 'dor_v1_'],
    pattern: 'do[opr]_v1_[a-f0-9]{40,64}',
    examples: () => ({ masks: [[`dop_v1_${filler('hex', 64)}`, '[DIGITALOCEAN TOKEN]']], keeps: ['dop_v1_x'] }),
  },
  {
    // https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/
    // https://developers.cloudflare.com/fundamentals/api/get-started/ca-keys/
    name: 'cloudflare',
    label: 'CLOUDFLARE TOKEN',
    prefixes: ['cfk_', 'cfut_', 'cfat_', 'v1.0-'],
    pattern: 'cf(?:k|ut|at)_[A-Za-z0-9_-]{40,64}|v1\\.0-[a-f0-9]{24}-[a-f0-9]{100,200}',
    examples: () => ({
      masks: [
        [`cfut_${filler('alphanumeric', 48)}`, '[CLOUDFLARE TOKEN]'],
        [`v1.0-${filler('hex', 24)}-${filler('hex', 146)}`, '[CLOUDFLARE TOKEN]'],
      ],
      keeps: ['v1.0-beta', 'cfk_x'],
    }),
  },
  {
    // https://devcenter.heroku.com/articles/authentication, https://vercel.com/docs/rest-api#authentication,
    // https://docs.netlify.com/api-and-cli-guides/api-guides/get-started-with-api/, https://fly.io/docs/security/tokens/,
    // https://render.com/docs/api, https://docs.railway.com/
    name: 'hosting',
    label: 'HOSTING TOKEN',
    prefixes: [
      'HRKU-',
      'vcp_',
      'vci_',
      'vca_',
      'vcr_',
      'vck_',
      'nfp_',
      'nfc_',
      'fo1_',
      'fm1a_',
      'fm1r_',
      'fm2_',
      'rnd_',
      'vercel_blob_rw_',
    ],
    pattern:
      'HRKU-[A-Za-z0-9_-]{36,80}|vc[piark]_[A-Za-z0-9_-]{24,128}|nf[pc]_[A-Za-z0-9_]{36,64}|fo1_[A-Za-z0-9_-]{43}|fm(?:1[ar]|2)_[A-Za-z0-9+/]{60,}={0,3}|rnd_[A-Za-z0-9]{26,40}|vercel_blob_rw_[A-Za-z0-9_]{24,80}',
    examples: () => ({
      masks: [
        [`HRKU-AA${filler('alphanumeric', 58)}`, '[HOSTING TOKEN]'],
        [`vcp_${filler('alphanumeric', 56)}`, '[HOSTING TOKEN]'],
        [`fo1_${filler('alphanumeric', 43)}`, '[HOSTING TOKEN]'],
      ],
      keeps: ['vcp_id', 'rnd_seed'],
    }),
  },
  {
    // https://developer.hashicorp.com/vault/docs/concepts/tokens,
    // https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens
    name: 'hashicorp',
    label: 'HASHICORP TOKEN',
    prefixes: ['hvs.', 'hvb.', 'hvr.', 'atlasv1.', 's.', 'b.'],
    pattern: `hv[sbr]\\.[A-Za-z0-9_-]{24,400}|[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,80}|${notAfter('\\w.')}(?:[sb]\\.(?=[A-Za-z]*\\d)[A-Za-z0-9]{24}|b\\.AAAAAQ[A-Za-z0-9_-]{60,400})`,
    check: (secret) => secret.length > 26 || /[A-Z]/.test(secret),
    examples: () => ({
      masks: [
        [`vault hvs.${filler('alphanumeric', 95)}`, 'vault [HASHICORP TOKEN]'],
        [`${filler('alphanumeric', 14)}.atlasv1.${filler('alphanumeric', 67)}`, '[HASHICORP TOKEN]'],
        [`s.${filler('alphanumeric', 24)}`, '[HASHICORP TOKEN]'],
      ],
      keeps: ['hvs.', 'this.settings', 's.replaceAllTheOldCharacters', 'us.example.com'],
    }),
  },
  {
    // https://supabase.com/docs/guides/api/api-keys, https://planetscale.com/docs/concepts/service-tokens,
    // https://neon.com/docs/manage/api-keys, https://docs.databricks.com/en/dev-tools/auth/pat.html,
    // https://www.mongodb.com/docs/atlas/api/service-accounts-overview/, https://clickhouse.com/docs/cloud/manage/openapi
    name: 'database',
    label: 'DATABASE TOKEN',
    prefixes: ['sbp_', 'sb_secret_', 'pscale_', 'napi_', 'dapi', 'dose', 'dkea', 'mdb_sa_sk_', '4b1d', 'xau_'],
    pattern:
      'sbp_(?:oauth_|v0_)?[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{20,64}|pscale_(?:tkn|oauth|pw)_[A-Za-z0-9_.=-]{32,64}|napi_[a-z0-9]{40,80}|(?:dapi|dose|dkea)[a-f0-9]{32}(?:-\\d)?|mdb_sa_sk_[A-Za-z0-9_-]{30,64}|4b1d[A-Za-z0-9]{38}|xau_[A-Za-z0-9]{30,80}',
    examples: () => ({
      masks: [
        [`sb_secret_${filler('alphanumeric', 31)}`, '[DATABASE TOKEN]'],
        [`dapi${filler('hex', 32)}-2`, '[DATABASE TOKEN]'],
        [`pscale_tkn_${filler('alphanumeric', 43)}`, '[DATABASE TOKEN]'],
      ],
      keeps: ['sb_publishable_x', 'dapi'],
    }),
  },
  {
    // https://docs.doppler.com/reference/auth-token-formats, https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/,
    // https://support.1password.com/secret-key/, https://developer.1password.com/docs/service-accounts/,
    // https://github.com/FiloSottile/age, https://tailscale.com/kb/1277/key-prefixes
    name: 'secret-store',
    label: 'SECRET STORE TOKEN',
    prefixes: ['dp.', 'pul-', 'A3-', 'ops_', 'AGE-SECRET-KEY-', 'tskey-'],
    pattern:
      'dp\\.(?:pt|ct|sa|scim|audit|st(?:\\.[a-z0-9_-]{2,35})?|said)\\.[A-Za-z0-9]{40,44}|pul-[a-f0-9]{40}|A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}|ops_eyJ[A-Za-z0-9+/_-]{60,}={0,3}|AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{50,200}|tskey-[a-z]{3,10}-[A-Za-z0-9-]{16,80}',
    examples: () => ({
      masks: [
        [`dp.pt.${filler('alphanumeric', 43)}`, '[SECRET STORE TOKEN]'],
        [`pul-${filler('hex', 40)}`, '[SECRET STORE TOKEN]'],
        [`AGE-SECRET-KEY-1${filler('upper', 58)}`, '[SECRET STORE TOKEN]'],
      ],
      keeps: ['dp.pt.x', 'A3-SIZE-PAPER', 'best.practice'],
    }),
  },
  {
    // https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair, https://yandex.cloud/en/docs/iam/concepts/authorization/api-key,
    // https://www.tencentcloud.com/document/product/598/32675, https://www.linode.com/docs/, https://www.scaleway.com/en/docs/iam/
    // A key of Yandex's object storage is `YC` and 38 more.
    name: 'other-cloud',
    label: 'CLOUD KEY',
    prefixes: ['LTAI', 'AKID', 'AQVN', 'YC', 't1.', 'y0_'],
    pattern:
      'LTAI[A-Za-z0-9]{12,26}|AKID[A-Za-z0-9]{32}|AQVN[A-Za-z0-9_-]{35,38}|YC[A-Za-z0-9_-]{38}|t1\\.[A-Za-z0-9_-]{20,}\\.[A-Za-z0-9_-]{86}|y0_[A-Za-z0-9_-]{30,80}',
    check: (secret) =>
      !secret.startsWith('YC') || (/\d/.test(secret) && /[a-z]/.test(secret) && /[A-Z]/.test(secret.slice(2))),
    examples: () => ({
      masks: [[`LTAI${filler('alphanumeric', 20)}`, '[CLOUD KEY]']],
      keeps: ['LTAIx', 'part1.part2'],
    }),
  },
];
