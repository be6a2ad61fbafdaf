import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createMasker, mask } from './masker.ts';

const number = ['4242', '4242', '4242', '4242'].join('');

describe('mask', () => {
  it('hides by key at any depth, in any spelling, and by value everywhere else', () => {
    const masked = mask({
      user: { email: 'ann@example.com', Pass_Word: 'x', nested: [{ 'X-API-KEY': 'k' }] },
      note: `paid with ${number}`,
      'card.number': '1',
      card: { number: 1234, brand: 'visa' },
    });
    expect(masked).toEqual({
      user: { email: '[EMAIL a***@example.com]', Pass_Word: '[REDACTED]', nested: [{ 'X-API-KEY': '[REDACTED]' }] },
      note: 'paid with [CARD …4242]',
      'card.number': '[REDACTED]',
      card: { number: '[REDACTED]', brand: 'visa' },
    });
  });

  it('keeps what cannot be a secret under a secret key', () => {
    const value = { password: null, token: undefined, apiKey: '', secret: true };
    expect(mask(value)).toEqual(value);
  });

  it('keeps the kinds of values and never changes the original', () => {
    const original = {
      map: new Map<unknown, unknown>([
        ['token', 'x'],
        ['a', new Set([number])],
      ]),
      when: new Date(0),
      query: new URLSearchParams('token=x&page=2'),
      big: 12n,
      bytes: Buffer.from('abc'),
      error: new RangeError(`bad ${number}`, { cause: { password: 'x' } }),
    };
    const before = inspect(original, { depth: 9 });
    const masked = mask(original) as typeof original;
    expect(masked.map).toEqual(
      new Map<unknown, unknown>([
        ['token', '[REDACTED]'],
        ['a', new Set(['[CARD …4242]'])],
      ]),
    );
    expect(masked.when).toEqual(new Date(0));
    expect([...masked.query]).toEqual([
      ['token', '[REDACTED]'],
      ['page', '2'],
    ]);
    expect(masked.big).toBe(12n);
    expect(masked.bytes).toBe('[Buffer of 3 bytes]');
    expect(masked.error).toBeInstanceOf(RangeError);
    expect(masked.error.message).toBe('bad [CARD …4242]');
    expect(masked.error.stack).not.toContain(number);
    expect(masked.error.cause).toEqual({ password: '[REDACTED]' });
    expect(inspect(original, { depth: 9 })).toBe(before);
  });

  it('hides the values of headers as Node, fetch and HAR files give them', () => {
    expect(mask(['Host', 'x', 'Authorization', 'Bearer abc'])).toEqual(['Host', 'x', 'Authorization', '[REDACTED]']);
    expect(
      mask([
        ['cookie', 'a=b'],
        ['host', 'x'],
      ]),
    ).toEqual([
      ['cookie', '[REDACTED]'],
      ['host', 'x'],
    ]);
    expect(mask(new Headers({ authorization: 'x', host: 'y' }))).toEqual({ authorization: '[REDACTED]', host: 'y' });
    expect(mask([{ name: 'Cookie', value: 'a=b' }])).toEqual([{ name: 'Cookie', value: '[REDACTED]' }]);
  });

  it('keeps lists of the names of headers and fields', () => {
    const lists = {
      allowed: ['Authorization', 'Content-Type'],
      missing: ['password', 'email'],
      fields: ['cookie', 'host'],
    };
    expect(mask(lists)).toEqual(lists);
  });

  it('survives what cannot be read', () => {
    const circular: Record<string, unknown> = { a: 1 };
    circular.self = circular;
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = {
      circular,
      proxy,
      get thrown(): never {
        throw new Error('no');
      },
      toJSONThrows: {
        toJSON() {
          throw new Error('no');
        },
      },
      trap: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no');
          },
        },
      ),
    };
    expect(mask(hostile)).toEqual({
      circular: { a: 1, self: '[circular]' },
      proxy: '[unreadable]',
      thrown: '[unreadable]',
      toJSONThrows: '[unreadable]',
      trap: '[unreadable]',
    });
  });

  it('cuts what is nested too deep instead of running out of stack', () => {
    let deep: unknown = number;
    for (let i = 0; i < 10_000; i++) deep = [deep];
    expect(inspect(mask(deep), { depth: 200 })).not.toContain(number);
  });

  it('does not let a key reach the prototype', () => {
    const masked = mask(JSON.parse('{"__proto__":{"admin":true}}')) as { admin?: boolean };
    expect(masked.admin).toBeUndefined();
    expect(Object.keys(masked)).toEqual(['__proto__']);
  });
});

describe('createMasker', () => {
  it('takes names, paths and globs to hide', () => {
    const { mask } = createMasker({ keys: ['nickname', 'user.*.secretNote', '**.shoe.size', 'list[*].x', 'meta*'] });
    expect(
      mask({
        nickName: 'a',
        user: { b: { 'secret-note': 'c' } },
        secretNote: 'd',
        a: { shoe: { size: 42 } },
        list: [{ x: 1 }],
        x: 2,
        metaData: 3,
      }),
    ).toEqual({
      nickName: '[REDACTED]',
      user: { b: { 'secret-note': '[REDACTED]' } },
      secretNote: 'd',
      a: { shoe: { size: '[REDACTED]' } },
      list: [{ x: '[REDACTED]' }],
      x: 2,
      metaData: '[REDACTED]',
    });
  });

  it('shows what it is told to, whatever is in it', () => {
    const { mask } = createMasker({ allow: ['csrfToken', 'support.email'] });
    expect(mask({ csrfToken: 'x', support: { email: 'help@example.com' }, email: 'a@example.com' })).toEqual({
      csrfToken: 'x',
      support: { email: 'help@example.com' },
      email: '[EMAIL ***@example.com]',
    });
  });

  it('hides the names that it is given in texts too', () => {
    const { maskText } = createMasker({ keys: ['nickname'] });
    expect(maskText('nickname=ann&x=1')).toBe('nickname=[REDACTED]&x=1');
  });

  it('leaves detectors out and adds optional ones', () => {
    const { maskText } = createMasker({ disable: ['email'], enable: ['phone'] });
    expect(maskText('ann@example.com +14155552671')).toBe('ann@example.com [PHONE …71]');
  });

  it('joins equal secrets by a keyed hash, however they are written', () => {
    const { maskText } = createMasker({ reveal: 'hash', hashKey: 'k'.repeat(32) });
    const masked = maskText(`${number} and 4242 4242 4242 4242 and ann@example.com`);
    const [first, second] = masked.match(/\[CARD #[0-9a-f]{16}\]/g)!;
    expect(first).toBe(second);
    expect(masked).toMatch(/\[EMAIL #[0-9a-f]{16}\]$/);
    expect(createMasker({ reveal: 'hash', hashKey: 'q'.repeat(32) }).maskText(number)).not.toBe(maskText(number));
  });

  it('keeps the last four of everything, or nothing', () => {
    const secret = `password=${'abcdefgh'}12345678`;
    expect(createMasker({ reveal: 'last-four' }).maskText(secret)).toBe('password=[REDACTED …5678]');
    expect(createMasker({ reveal: 'nothing' }).maskText(`${number} ann@example.com`)).toBe('[CARD] [EMAIL]');
  });

  it('refuses options that it does not know or cannot use', () => {
    expect(() => createMasker({ key: ['x'] } as never)).toThrow(/did you mean keys/);
    expect(() => createMasker({ disable: ['emial'] })).toThrow(/disable/);
    expect(() => createMasker({ reveal: 'hash' })).toThrow(/hashKey/);
    expect(() => createMasker({ keys: ['..'] })).toThrow(/names no key/);
  });

  it('masks a text once only', () => {
    const masker = createMasker();
    const once = masker.maskText(`${number} ann@example.com password=x https://a:b@c/ Authorization: Bearer x`);
    expect(masker.maskText(once)).toBe(once);
  });

  it('gives back the same string when there is nothing to hide', () => {
    const text = 'GET /orders/42 200 in 12 ms';
    expect(createMasker().maskText(text)).toBe(text);
  });
});
