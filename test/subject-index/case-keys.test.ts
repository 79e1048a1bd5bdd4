import { hkdfSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { KeyUnsafe } from '../../lib/errors.ts'
import { caseKeysOf } from '../../lib/subject-index/case-keys.ts'

const caseKey = Buffer.alloc(32, 1)

it('derives a key for each use, as RFC 5869 says, and commits to the case key', () => {
  const keys = caseKeysOf(caseKey)
  const expected = (use: string) =>
    Buffer.from(hkdfSync('sha256', caseKey, '', `odv case key: ${use}`, 32)).toString('hex')
  expect(Buffer.from(keys.tagKey).toString('hex')).toBe(expected('tag'))
  expect(keys.sealKey.export().toString('hex')).toBe(expected('seal'))
  expect(Buffer.from(keys.saltKey).toString('hex')).toBe(expected('salt'))
  expect(new Set([expected('tag'), expected('seal'), expected('salt')]).size).toBe(3)
  // printf '\001%.0s' {1..32} | sha256sum
  expect(keys.commitment).toBe('72cd6e8422c407fb6d098690f1130b7ded7ec2f7f5e1d30bd9d521f015363793')
})

it('gives other keys for another case key', () => {
  expect(caseKeysOf(Buffer.alloc(32, 2)).tagKey).not.toStrictEqual(caseKeysOf(caseKey).tagKey)
})

it('refuses a case key that does not have 32 bytes', () => {
  for (const length of [0, 16, 31, 33, 64]) expect(() => caseKeysOf(Buffer.alloc(length))).toThrow(KeyUnsafe)
})
