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

// Taken from the builder that digested one identifier at a time, before it digested several together.
const known = {
  few: '2a48af384e6fd9cbfce80eec73a1f496bf1f05023beb9282cecc3b9b4b5c78f5',
  'all shapes': '94d79b8d098228b5d1e49726a64df27d3f774e5066b2f02afd7712daeaf83bd9',
  repeated: '8aba664448c971818b218599bb607abc832e3f077b8ab9db6d508f878f87d343',
  pending: '244ef6e0822083eac72e1d66f53df4e355689dd75894d159e56f2ea286dac11e',
  'cased, with hashed forms': 'a197268994d5f2a8ea8fc1020a2f0ffddbce511cc04018543102d86707d5f727',
  'many, with hashed forms': '450f11e2efb9c5ea6ddd4d8f56e5e12ae27d6a7d29eb6a995a90504a9370aaf0',
  'the third part of three': '1e39d007ce1c7e54eff1528563892b5d07cdea269801a6fcf24aaa602e3b7eab',
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
