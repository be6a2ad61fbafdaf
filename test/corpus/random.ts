import { Seeded } from '../seeded.ts';

/** Made-up data, the same every time for the same seed. */
export class Random extends Seeded {
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)]!;
  }

  from(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet[this.between(0, alphabet.length - 1)]).join('');
  }

  hex(length: number): string {
    return this.from('0123456789abcdef', length);
  }

  digits(length: number): string {
    return this.from('0123456789', length);
  }

  lower(length: number): string {
    return this.from('abcdefghijklmnopqrstuvwxyz0123456789', length);
  }

  upper(length: number): string {
    return this.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', length);
  }

  /** Letters of both cases and digits, one of each at least. */
  alphanumeric(length: number): string {
    const text = this.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', length);
    return length < 4 ? text : `${text.slice(0, -3)}a7Z`;
  }

  /** As {@link alphanumeric}, with the two more characters of base64 for URLs. */
  word(length: number): string {
    const text = this.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-', length - 4);
    return `a${text}b7Z`;
  }

  base64(length: number): string {
    return this.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', length);
  }

  uuid(): string {
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${this.pick(['8', '9', 'a', 'b'])}${this.hex(3)}-${this.hex(12)}`;
  }
}
