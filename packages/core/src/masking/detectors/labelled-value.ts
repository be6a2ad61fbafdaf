import type { PatternDetector } from '../detector.ts';
import { Hint } from '../hints.ts';

const LABEL = /["']?(?:name|key|field|header)\\{0,3}["']?\s{0,3}[=:]\s{0,3}\\{0,3}["']/;
const LABELLED =
  /\\{0,3}["'](?:[^<>{}]{0,64}?[\s,"']value\\{0,3}["']?\s{0,3}[=:]\s{0,3}\\{0,3}["']|(?:\\r)?(?:\\n)?\r?\n\r?\n)(?!\[)/;

/** Values that stand beside the name as another attribute: of an element, of an object in JSON, of a part of a form. */
export function labelledValue(isSecretKey: (key: string) => boolean): PatternDetector {
  return {
    name: 'labelled-value',
    label: 'REDACTED',
    hints: Hint.name,
    pattern: new RegExp(`${LABEL.source}[\\w.-]{2,64}${LABELLED.source}([^"'<>\\\\\\r\\n]{1,4096})`, 'gi'),
    check: (_, text, at) => {
      const before = text.slice(Math.max(0, at - 200), at);
      const names = [
        ...before.matchAll(
          /(?:name|key|field|header)\\{0,3}["']?\s{0,3}[=:]\s{0,3}\\{0,3}["']([\w.-]{2,64})\\{0,3}["']/gi,
        ),
      ];
      return isSecretKey(names.at(-1)?.[1] ?? '');
    },
    examples: () => ({
      masks: [
        ['<add key="Password" value="hunter2"/>', '<add key="Password" value="[REDACTED]"/>'],
        ['{"name":"Authorization","value":"Bearer x"}', '{"name":"Authorization","value":"[REDACTED]"}'],
        ['name="password"\r\n\r\nhunter2\r\n--x', 'name="password"\r\n\r\n[REDACTED]\r\n--x'],
      ],
      keeps: ['<add key="Color" value="red"/>', '{"name":"Accept","value":"*/*"}', 'name="password" type="password"'],
    }),
  };
}
