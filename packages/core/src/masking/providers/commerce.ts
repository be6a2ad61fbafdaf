import { filler, WORD_START } from '../detector.ts';
import type { ProviderToken } from './provider-token.ts';

/** Payments, shops, shipping. */
export const COMMERCE_TOKENS: readonly ProviderToken[] = [
  {
    // https://docs.stripe.com/keys, https://docs.stripe.com/webhooks/signature, https://docs.stripe.com/api/payment_intents/object
    // Paystack, Clerk and others have taken over the shape of Stripe's secret keys.
    name: 'stripe',
    label: 'STRIPE KEY',
    prefixes: ['sk_', 'rk_', 'whsec_', '_secret_', 'ek_live_', 'ek_test_', 'ssk_'],
    pattern: `${WORD_START}(?:(?:[sre]k|ssk)_(?:live|test|prod)_[A-Za-z0-9]{10,255}|sk_(?:live|test|prod)_[A-Za-z0-9_-]{20,255})|whsec_[A-Za-z0-9+/]{24,64}={0,2}|(?:pi|seti|cs|src)_[A-Za-z0-9]{8,80}_secret_[A-Za-z0-9]{10,80}`,
    anywhere: true,
    examples: () => ({
      masks: [
        [`used sk_live_${filler('alphanumeric', 24)}.`, 'used [STRIPE KEY].'],
        [`rk_test_${filler('alphanumeric', 99)}`, '[STRIPE KEY]'],
        [`whsec_${filler('alphanumeric', 32)}`, '[STRIPE KEY]'],
        [`pi_${filler('alphanumeric', 24)}_secret_${filler('alphanumeric', 25)}`, '[STRIPE KEY]'],
      ],
      keeps: [
        `pk_live_${filler('alphanumeric', 24)}`,
        `cus_${filler('alphanumeric', 14)}`,
        'task_live_migration1',
        'sk_live_',
      ],
    }),
  },
  {
    // https://developer.squareup.com/docs/build-basics/access-tokens
    name: 'square',
    label: 'SQUARE TOKEN',
    prefixes: ['EAAA', 'sq0atp-', 'sq0csp-'],
    pattern: 'EAAA[A-Za-z0-9_-]{56,64}|sq0(?:atp|csp)-[A-Za-z0-9_-]{22,64}',
    examples: () => ({
      masks: [
        [`EAAA${filler('alphanumeric', 60)}`, '[SQUARE TOKEN]'],
        [`sq0csp-${filler('alphanumeric', 43)}`, '[SQUARE TOKEN]'],
      ],
      keeps: [`sq0idp-${filler('alphanumeric', 22)}`, 'EAAAsy'],
    }),
  },
  {
    // https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens
    name: 'shopify',
    label: 'SHOPIFY TOKEN',
    prefixes: ['shpat_', 'shpca_', 'shppa_', 'shpss_', 'shptka_', 'shpua_', 'shprt_', 'atkn_'],
    pattern: 'shp(?:at|ca|pa|ss|tka|ua|rt)_[a-fA-F0-9]{32,64}|atkn_[A-Za-z0-9]{40,80}',
    examples: () => ({ masks: [[`shpat_${filler('hex', 32)}`, '[SHOPIFY TOKEN]']], keeps: ['shpat_x'] }),
  },
  {
    // https://developer.paypal.com/braintree/docs/guides/authorization/, https://plaid.com/docs/api/tokens/,
    // https://developer.flutterwave.com/docs/authentication, https://razorpay.com/docs/api/authentication/,
    // https://docs.goshippo.com/docs/guides_general/authentication/, https://docs.easypost.com/docs/authentication,
    // https://duffel.com/docs/api/overview/welcome, https://docs.mollie.com/reference/authentication,
    // https://gocardless.com/guides/, https://docs.lob.com/
    name: 'payment-provider',
    label: 'PAYMENT PROVIDER KEY',
    prefixes: [
      'access_token$',
      'access-',
      'FLWSECK',
      'rzp_live_',
      'rzp_test_',
      'shippo_',
      'EZAK',
      'EZTK',
      'duffel_',
      'live_',
      'test_',
      'sandbox_gc',
    ],
    pattern:
      'access_token\\$(?:production|sandbox)\\$[a-z0-9]{16}\\$[a-f0-9]{32}|access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f-]{27}|FLWSECK(?:_TEST)?-[a-zA-Z0-9]{12,40}(?:-X)?|rzp_(?:live|test)_[A-Za-z0-9]{14,24}|shippo_(?:live|test)_[a-f0-9]{40}|EZ[AT]K[A-Za-z0-9]{54}|duffel_(?:test|live)_[A-Za-z0-9_=-]{43}|(?:live|test)_(?:pub_)?(?=[A-Za-z]*\\d)[A-Za-z0-9]{30,40}',
    examples: () => ({
      masks: [
        [`access_token$production$${filler('lower', 16)}$${filler('hex', 32)}`, '[PAYMENT PROVIDER KEY]'],
        [`shippo_live_${filler('hex', 40)}`, '[PAYMENT PROVIDER KEY]'],
        [`EZAK${filler('alphanumeric', 54)}`, '[PAYMENT PROVIDER KEY]'],
        [`test_${filler('alphanumeric', 30)}`, '[PAYMENT PROVIDER KEY]'],
      ],
      keeps: ['access_token', 'access-log-2026', 'test_that_the_order_is_paid', 'live_reload'],
    }),
  },
];
