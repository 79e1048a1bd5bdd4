import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { buildIndex, buildParts } from './make-index.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const words = (n: number) => Math.imul(n ^ 0x5bd1e995, 0x9e3779b1) >>> 0
const hex = (n: number) =>
  [n, n + 1e6, n + 2e6, n + 3e6].map((each) => words(each).toString(16).padStart(8, '0')).join('')
const spelled: ((n: number) => string)[] = [
  (n) => String(10n ** 18n + BigInt(words(n)) * 977n),
  (n) => String(100 + n),
  (n) => hex(n),
  (n) => hex(n).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
  (n) => `Person.${n}@Example.com`,
  (n) => `User_${n.toString(36)}`,
  (n) => `first.last-${n}`,
  // Around the 63 characters that fit into one block, and far beyond.
  (n) => `${n}${'7'.repeat(60 - (n % 9) + 8 - String(n).length)}`,
  (n) => `${'x'.repeat(60 + (n % 5))}_${n}`,
  (n) => `${'long.'.repeat(10 + (n % 30))}${n}@example.com`,
]
const texts = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => spelled[n % spelled.length]!(from + n))

// From the builder that digested one identifier at a time, before it digested several together; with shards of 256 digests instead of 1,024, and with another version and `highBytes` in the footer.
const known = {
  few: '9d52c347130266f8cfd96777d558e9f6a63dca0eceda7b667481f2e5c286c054',
  'all shapes': '160dc1258c2ac3d0bec35b4e25a8d6635e193b8a1ddc3370a3d5bcc2056794f0',
  repeated: '1489e8237c495a28d4f99213b8f1150afe2fdf1a115daab040398f1d8f64f59b',
  pending: '811a3bf5bd12913c7900e648faeeaffb58d53e3ab22c74311423a485ca6463fb',
  'cased, with hashed forms': '0b4113d0274600db1071131ef1833deb7b2946f3c1b611249f1d203d2d954102',
  'many, with hashed forms': '6ba167e9e1d4a61331f658caedec1b5686988f629e78554a696e38f39b320304',
  'the third part of three': '632dcdaef0de18ef75959026d5255e169e070686dc6b0d16b534b1f6f627d3b0',
}

describe('an index is byte for byte what it has been', () => {
  const built: Record<keyof typeof known, () => Uint8Array> = {
    few: () => buildIndex(['123', '1234567890123456789', 'ab@c.de']).bytes,
    'all shapes': () => buildIndex(texts(50_000)).bytes,
    repeated: () => buildIndex([...texts(3000), ...texts(3000).toReversed(), ...texts(10)]).bytes,
    pending: () => buildIndex(texts(3000), { pending: texts(3000, 5000) }).bytes,
    'cased, with hashed forms': () =>
      buildIndex(texts(500), {
        caseRule: 'exact',
        hashedForms: [
          { algorithm: 'sha256', kind: 'plain', salt: Buffer.alloc(0) },
          { algorithm: 'md5', kind: 'hmac', salt: Buffer.from('a salt of some length') },
        ],
      }).bytes,
    // More than wait together, some of them twice and in other cases; a digest of SHA-512 fills a block of its own.
    'many, with hashed forms': () =>
      buildIndex([...texts(9000), ...texts(300, 8500).map((text) => text.toUpperCase())], {
        hashedForms: [
          { algorithm: 'sha512', kind: 'suffixed', salt: Buffer.from('salt') },
          { algorithm: 'sha1', kind: 'plain', salt: Buffer.alloc(0) },
        ],
      }).bytes,
    'the third part of three': () =>
      buildParts([texts(3000), texts(3000, 1500), texts(6000)], { mostHeld: 500, pending: texts(9, 77_000) })[2]!,
  }
  it.each(Object.entries(known))('%s', (name, expected) => {
    expect(sha256(built[name as keyof typeof known]())).toBe(expected)
  })
})
