import { filler } from '../detector.ts';
import type { ProviderToken } from './provider-token.ts';

/** Code hosting, packages, builds. */
export const SOURCE_CONTROL_TOKENS: readonly ProviderToken[] = [
  {
    // https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
    // https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
    name: 'github',
    label: 'GITHUB TOKEN',
    prefixes: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    pattern: 'gh[pousr]_[A-Za-z0-9]{20,255}|ghs_\\d{1,12}_[A-Za-z0-9_.-]{40,2000}|github_pat_[A-Za-z0-9_]{22,255}',
    examples: () => ({
      masks: [
        [`clone with ghp_${filler('alphanumeric', 36)}!`, 'clone with [GITHUB TOKEN]!'],
        [`github_pat_${filler('alphanumeric', 22)}_${filler('alphanumeric', 59)}`, '[GITHUB TOKEN]'],
        [`\\nghs_${filler('alphanumeric', 36)}`, '\\n[GITHUB TOKEN]'],
      ],
      keeps: ['ghp_short', 'weigh_up', filler('hex', 40)],
    }),
  },
  {
    // https://docs.gitlab.com/security/tokens/#token-prefixes
    name: 'gitlab',
    label: 'GITLAB TOKEN',
    prefixes: [
      'glpat-', 'gloas-', 'gldt-', 'glrt-', 'glrtr-', 'glcbt-', 'glptt-', 'glft-', 'glimt-', 'glagent-', 'glwt-',
      'glsoat-', 'glffct-', 'GR1348941',
    ], // biome-ignore format: a word list reads best filled
    pattern:
      'gl(?:pat|oas|dt|rtr?|cbt|ptt|ft|imt|agent|wt|soat|ffct)-[A-Za-z0-9_.=-]{16,320}|GR1348941[A-Za-z0-9_-]{20,64}',
    anywhere: true,
    examples: () => ({
      masks: [
        [`PRIVATE: glpat-${filler('alphanumeric', 20)}`, 'PRIVATE: [GITLAB TOKEN]'],
        [`glrt-t1_${filler('alphanumeric', 27)}.01.${filler('lower', 9)}`, '[GITLAB TOKEN]'],
        [`GR1348941${filler('alphanumeric', 20)}`, '[GITLAB TOKEN]'],
      ],
      keeps: ['glpat-', 'single-file-component-of-many'],
    }),
  },
  {
    // https://support.atlassian.com/bitbucket-cloud/docs/access-tokens/
    // https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
    name: 'atlassian',
    label: 'ATLASSIAN TOKEN',
    prefixes: ['ATBB', 'ATCTT3', 'ATATT3', 'ATSTT3', 'ATOATT'],
    pattern: 'ATBB[A-Za-z0-9]{28,64}|AT(?:CTT3|ATT3|STT3|OATT)[A-Za-z0-9_=-]{24,512}',
    anywhere: true,
    examples: () => ({
      masks: [
        [`x:ATBB${filler('alphanumeric', 24)}${filler('upper', 8)}`, 'x:[ATLASSIAN TOKEN]'],
        [`ATATT3${filler('alphanumeric', 178)}=${filler('upper', 8)}`, '[ATLASSIAN TOKEN]'],
      ],
      keeps: ['ATBBshort', 'COMBATBB'],
    }),
  },
  {
    // https://docs.npmjs.com/about-access-tokens, https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format/
    name: 'npm',
    label: 'NPM TOKEN',
    prefixes: ['npm_'],
    pattern: 'npm_[A-Za-z0-9]{36,64}',
    examples: () => ({
      masks: [[`npm_${filler('alphanumeric', 36)}`, '[NPM TOKEN]']],
      keeps: ['npm_config_registry', 'npm_package_version'],
    }),
  },
  {
    // https://pypi.org/help/#apitoken
    name: 'pypi',
    label: 'PYPI TOKEN',
    prefixes: ['pypi-'],
    pattern: 'pypi-[A-Za-z0-9_-]{50,1000}',
    examples: () => ({
      masks: [[`pypi-AgEIcHlwaS5vcmc${filler('alphanumeric', 70)}`, '[PYPI TOKEN]']],
      keeps: ['pypi-server-2'],
    }),
  },
  {
    // https://docs.docker.com/security/access-tokens/
    name: 'docker',
    label: 'DOCKER TOKEN',
    prefixes: ['dckr_pat_', 'dckr_oat_'],
    pattern: 'dckr_[po]at_[A-Za-z0-9_-]{20,64}',
    examples: () => ({
      masks: [[`dckr_pat_${filler('alphanumeric', 27)}`, '[DOCKER TOKEN]']],
      keeps: ['dckr_pat_x'],
    }),
  },
  {
    // https://guides.rubygems.org/api-key-scopes/, https://crates.io/settings/tokens,
    // https://learn.microsoft.com/en-us/nuget/nuget-org/publish-a-package, https://github.com/clojars/clojars-web/wiki/Deploy-Tokens,
    // https://packagist.com/docs/composer-authentication
    name: 'package-registry',
    label: 'REGISTRY TOKEN',
    prefixes: ['rubygems_', 'oy2', 'CLOJARS_', 'packagist_', 'cio'],
    pattern:
      'rubygems_[a-f0-9]{48}|oy2[a-z0-9]{43}|CLOJARS_[a-z0-9]{60}|packagist_[a-z]{3}_[a-f0-9]{40,80}|cio[A-Za-z0-9]{32}',
    examples: () => ({
      masks: [
        [`rubygems_${filler('hex', 48)}`, '[REGISTRY TOKEN]'],
        [`oy2${filler('lower', 43)}`, '[REGISTRY TOKEN]'],
      ],
      keeps: ['rubygems_mirror', 'cio'],
    }),
  },
  {
    // https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens
    name: 'artifactory',
    label: 'ARTIFACTORY TOKEN',
    prefixes: ['AKCp', 'cmVmdGtu', 'cmVmd'],
    pattern: 'AKCp[A-Za-z0-9]{60,75}|cmVmd[A-Za-z0-9]{55,64}',
    examples: () => ({
      masks: [[`AKCp${filler('alphanumeric', 69)}`, '[ARTIFACTORY TOKEN]']],
      keeps: ['AKCpShort'],
    }),
  },
  {
    // https://circleci.com/docs/managing-api-tokens/, https://buildkite.com/docs/platform/security/tokens,
    // https://docs.sonarsource.com/sonarqube-server/latest/user-guide/managing-tokens/,
    // https://sourcegraph.com/docs/cli/how-tos/creating-an-access-token,
    // https://docs.snyk.io/snyk-api/authentication-for-api
    name: 'build',
    label: 'BUILD TOKEN',
    prefixes: [
      'CCIPAT_',
      'CCIPRJ_',
      'bkua_',
      'bkat_',
      'bkct_',
      'bkaj_',
      'bkpt_',
      'squ_',
      'sqp_',
      'sqa_',
      'sgp_',
      'slk_',
      'snyk_uat.',
      'snyk_sat.',
    ],
    pattern:
      'CCIP(?:AT|RJ)_[A-Za-z0-9_]{30,120}|bk(?:ua|at|ct|aj|pt)_[A-Za-z0-9]{30,120}|sq[upa]_[a-f0-9]{40}|sgp_(?:(?:[a-zA-Z0-9]{5,16}_)?[a-f0-9]{40}|[A-Za-z0-9]{64})|slk_[a-f0-9]{64}|snyk_[us]at\\.[A-Za-z0-9_.-]{24,}',
    examples: () => ({
      masks: [
        [`squ_${filler('hex', 40)}`, '[BUILD TOKEN]'],
        [`sgp_${filler('hex', 40)}`, '[BUILD TOKEN]'],
        [`bkua_${filler('hex', 40)}`, '[BUILD TOKEN]'],
      ],
      keeps: ['squ_x', 'sgp_local'],
    }),
  },
];
