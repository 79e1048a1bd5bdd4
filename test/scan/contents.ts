import fc from 'fast-check'

/** Small spaces on purpose: identifiers that begin, end, contain and touch one another. */
export const identifiers = [
  ...['123', '1230', '0123', '98765432101', '12345678901234567'],
  ...[
    '0123456789abcdef0123456789abcdef',
    '11111111111111111111111111111111',
    'ffffffff-ffff-ffff-ffff-fffffffffff1',
    'aaaaaaaa-1111-2222-3333-0123456789ab',
  ],
  ...[
    'a@b',
    'bob@x.org',
    "o'b@x.org",
    'b+c@x-y.org',
    '=bob@x.org',
    'x.org@x.org',
    'Bob.B@X.Org',
    "''@x",
    '_a%b@b.c',
    'a@bbbbbbbbbbbbbbb.x-y.org',
    'a.bob.x+1_bob.y%z%z_zz@b',
  ],
  ...['bob', 'Bob_1', 'abc', 'org', '_12', 'x_y_z_x_y_z_x_y_z_x_y_z'],
  ...['bob-', '-bob.b', 'x-y--', '--b--c_d', '---a.b---'],
  ...['a.b', 'bob.b', 'x-y', 'x-y.org', 'a..b', 'b--c_d', '123.456.7', 'x.y-z.x.y-z.x.y-z.x.y-z'],
]

const separators = [' ', '\n', '"', ',', ':', '<', '\x00', '\xff', '\xc3\xa9', '\r\n', ';', '\\']
const specials = ['0x', '0X', '=', "'", '/', '?', '{', '`', '.', '-', '+', '%', '_', '@', '..', '--', '.-', '%22']
const escapes = [
  ...['\\n', '\\b', '\\0', '\\Z', '\\012', '\\x22', '\\xab', '\\u0027', '\\u003c', '\\U0000002f', '\\\\n'],
  ...['%22', '%2522', '%3D', '#011', '\x1b[0m', '\\u001b[1;31m', '\\033[2K', '\x1b[0x', ';1m', '[m'],
  ...[
    '\\s',
    '\\_',
    '\\169',
    '\\8220',
    '\\201c',
    '#U00fc',
    '^M',
    '^FD',
    '\x1bE',
    '\x1bNHo',
    '_x000D_',
    '_x000d__x000A_',
    '._x000D_',
  ],
]
const alphabets = ['1', '0', '9', 'a', 'f', 'F', 'b', 'x', 'z', 'o']

/** A text of a few characters: an identifier, a part of one, what stands around them, or nothing special. */
export const piece = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...identifiers) },
  { weight: 1, arbitrary: fc.constantFrom(...identifiers).map((text) => text.toUpperCase()) },
  { weight: 1, arbitrary: fc.constant('11111111-1111-1111-1111-111111111111') },
  { weight: 1, arbitrary: fc.constantFrom(...identifiers).map((text) => text.replaceAll('-', '')) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...identifiers), fc.nat(36), fc.nat(36))
      .map(([text, from, length]) => text.slice(from % text.length, (from % text.length) + length)),
  },
  { weight: 6, arbitrary: fc.constantFrom(...separators) },
  { weight: 4, arbitrary: fc.constantFrom(...specials) },
  { weight: 4, arbitrary: fc.constantFrom(...escapes) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...escapes), fc.nat(15))
      .map(([text, length]) => text.slice(0, (length % text.length) + 1)),
  },
  { weight: 2, arbitrary: fc.constantFrom(...alphabets) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...alphabets, '.', '-', "'", '%'), fc.nat(150))
      .map(([character, times]) => character.repeat(times)),
  },
)
export const content = fc
  .array(piece, { minLength: 2, maxLength: 30, size: 'max' })
  .map((pieces) => Buffer.from(pieces.join(''), 'latin1'))

/** Parts of the identifiers, by the finders that they need. */
export const subsets: { name: string; keep: RegExp; caseRule: 'fold' | 'exact' }[] = [
  { name: 'every shape, any case', keep: /./, caseRule: 'fold' },
  { name: 'every shape, exact case', keep: /./, caseRule: 'exact' },
  { name: 'long decimal numbers', keep: /^[0-9]{11,}$/, caseRule: 'fold' },
  { name: 'decimal numbers', keep: /^[0-9]+$/, caseRule: 'fold' },
  { name: 'UUIDs', keep: /^(?=.{32,36}$)[0-9a-f-]+$/, caseRule: 'fold' },
  { name: 'e-mail addresses', keep: /@/, caseRule: 'fold' },
  { name: 'handles', keep: /^(?=.*[a-z])[A-Za-z0-9_]{3,31}$/, caseRule: 'exact' },
  { name: 'dotted identifiers', keep: /^[A-Za-z0-9_]+[.-][A-Za-z0-9_.-]{1,30}$/, caseRule: 'fold' },
]
