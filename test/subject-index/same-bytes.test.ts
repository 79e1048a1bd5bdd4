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

// From the builder that digested one identifier at a time, before it digested several together; with shards of 256 digests instead of 1,024.
const known = {
  few: '2a48af384e6fd9cbfce80eec73a1f496bf1f05023beb9282cecc3b9b4b5c78f5',
  'all shapes': '7dac75aec22f2e0bb25f181c844dc38c3440d97404707df84f0164b4b673eecb',
  repeated: 'f61ccddd3f9574dba2e74406a5593214b9b74e4d2fae909d592cfe581de2e6be',
  pending: 'acda60eeb8cfbf426cd731e7a9d0e344eeeeee84ba2df13ffbcf54a551d5c553',
  'cased, with hashed forms': '16d4c3e8db29cd4542318a7f23cfa73d639d3c75e9d1ca4be282e33e2d43209a',
  'many, with hashed forms': '0ff7cd63d84bfb7d36d05f555d510923d29cfc00df427931e4002d729e381b0f',
  'the third part of three': 'b53aabac80a18899f1df622df48e8e06cad48f77c72f1041c77800b705d44283',
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
