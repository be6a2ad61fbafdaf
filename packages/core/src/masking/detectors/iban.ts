import { type Cover, type ReadingDetector, WORD_START } from '../detector.ts';
import { Hint } from '../hints.ts';

/** Length by country: https://www.swift.com/standards/data-standards/iban-international-bank-account-number. */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  `AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24
  FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32
  LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24
  RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
  AO25 BF28 BJ28 CF27 CG27 CI28 CM27 CV25 DZ26 GA27 GQ27 GW25 IR26 KM27 MA28 MG27 ML28 MZ25 NE28 SN28 TD27 TG28`
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

const CANDIDATE = new RegExp(`${WORD_START}[A-Z]{2}\\d{2}(?:[ \\u00a0\\u202f.+_-]?[A-Z0-9]){11,30}`, 'gi');

/** International bank account numbers, ISO 13616: country, its length, and the two check digits (mod 97). */
export const iban: ReadingDetector = {
  name: 'iban',
  label: 'IBAN',
  hints: Hint.iban | Hint.digits,
  replace: replaceIbans,
  examples: () => ({
    masks: [
      [`to ${'GB82'} WEST 1234 5698 7654 32 today`, 'to [IBAN …5432] today'],
      [`${'DE89'}370400440532013000`, '[IBAN …3000]'],
      [`iban:${'nl91'}abna0417164300.`, 'iban:[IBAN …4300].'],
      [`${'FR14'}-2004-1010-0505-0001-3M02-606`, '[IBAN …2606]'],
    ],
    keeps: [
      `${'GB82'} WEST 1234 5698 7654 33`,
      `${'DE89'}37040044053201300`,
      'AB12 cd34 ef56 ab78 cd90',
      'ES2024 12345678901234567890',
    ],
  }),
};

function replaceIbans(text: string, cover: Cover, label: string): string {
  return text.replace(CANDIDATE, (candidate) => {
    const length = LENGTHS.get(candidate.slice(0, 2).toUpperCase());
    if (length === undefined) return candidate;
    let end = 0;
    let number = '';
    for (; end < candidate.length && number.length < length; end++) {
      const character = candidate[end]!;
      if (/[A-Za-z0-9]/.test(character)) number += character;
    }
    number = number.toUpperCase();
    // The next word may have been taken for more groups; what follows at once is part of the same word.
    if (number.length < length || /[A-Za-z0-9]/.test(candidate.charAt(end)) || !hasCheckDigits(number))
      return candidate;
    return cover(label, number, `…${number.slice(-4)}`) + candidate.slice(end);
  });
}

/** ISO 7064 mod 97-10 over the number with its first four characters moved to the end. */
function hasCheckDigits(number: string): boolean {
  let remainder = 0;
  for (const character of number.slice(4) + number.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}
