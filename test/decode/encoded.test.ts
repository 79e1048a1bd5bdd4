import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodedCheck, longRun, shortestRun } from '../../lib/decode/encoded-check.ts'
import { seededRandom } from '../subject-index/make-index.ts'
import { collect, inPieces } from './collect.ts'

const text = Buffer.from('{"user":"bob@example.org","note":"nothing else"}\n'.repeat(100))
const random = seededRandom('encoded')
const bytesOf = (length: number) => Buffer.from(random(length))

/** The first problem of a text that is written in pieces of these lengths. */
async function problemIn(content: string | Uint8Array, lengths: readonly number[]) {
  const check = encodedCheck()
  for await (const piece of inPieces(Buffer.from(content), lengths)) check.write(piece)
  check.end()
  return check.problem()
}

const lines = (encoded: string, width: number) => encoded.replace(new RegExp(`.{${width}}`, 'g'), '$&\r\n')

const key = createHash('sha256').update('key').digest()
const encrypted = Buffer.concat([createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(text), Buffer.alloc(1)])

const hidden: { name: string; bytes: Buffer; reason: string }[] = [
  { name: 'gzip', bytes: gzipSync(text), reason: 'unsupported-format' },
  { name: 'zstd', bytes: zstdCompressSync(text), reason: 'unsupported-format' },
  { name: 'zlib', bytes: deflateSync(text), reason: 'unsupported-format' },
  { name: 'OpenSSL enc', bytes: Buffer.concat([Buffer.from('Salted__'), encrypted]), reason: 'encrypted' },
  { name: 'bytes of a cipher', bytes: encrypted, reason: 'opaque' },
  { name: 'brotli', bytes: brotliCompressSync(bytesOf(longRun)), reason: 'opaque' },
]

describe('text that holds what hides its content is no clean text', () => {
  for (const { name, bytes, reason } of hidden)
    for (const [encoding, encode] of [
      ['base64', (all: Buffer) => all.toString('base64')],
      ['base64url', (all: Buffer) => all.toString('base64url')],
      ['base64 in lines of 76', (all: Buffer) => lines(all.toString('base64'), 76)],
      ['hexadecimal digits', (all: Buffer) => all.toString('hex')],
      ['hexadecimal digits behind a backslash', (all: Buffer) => `\\x${all.toString('hex')}`],
      ['base64 behind an escape', (all: Buffer) => `\\n${all.toString('base64')}`],
      ['a data URI', (all: Buffer) => `data:application/octet-stream;base64,${all.toString('base64')}`],
    ] as const)
      test(`${name} in ${encoding}, however it is cut`, async () => {
        const content = `{"id":17,"payload":"${encode(bytes)}"}\n`
        const found = await problemIn(content, [content.length])
        expect(found?.reason).toBe(reason)
        await fc.assert(
          fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 4 }), async (cut) => {
            expect(await problemIn(content, cut)).toStrictEqual(found)
          }),
          { numRuns: 20 },
        )
      })

  test('is a gap of the object, at the place where the run begins', async () => {
    const content = Buffer.from(`[${'1,'.repeat(50)}"${gzipSync(text).toString('base64')}"]`)
    const { reading } = await collect(inPieces(content, [100]))
    expect(reading).toMatchObject({ complete: false, gaps: [{ reason: 'unsupported-format', path: [], offset: 102 }] })
  })
})

const plain: { name: string; content: string }[] = [
  { name: 'text in base64, however long', content: text.toString('base64') },
  { name: 'text in base64 in lines', content: lines(text.toString('base64'), 64) },
  { name: 'text in hexadecimal digits', content: text.toString('hex') },
  {
    name: 'digests and tokens',
    content: Array.from({ length: 300 }, () => `${bytesOf(64).toString('base64url')}.`).join('"\n"'),
  },
  {
    name: 'digests in hexadecimal digits',
    content: Array.from({ length: 300 }, () => bytesOf(32).toString('hex')).join(','),
  },
  { name: 'a long word', content: 'a'.repeat(5000) },
  { name: 'a long number', content: '1234567890'.repeat(500) },
  {
    name: 'gzip in a run that is shorter than any',
    content: gzipSync('')
      .toString('base64')
      .slice(0, shortestRun - 1),
  },
  { name: 'paths', content: '/var/lib/application/data/2026/01/31/archive/of/all/events/in/the/region'.repeat(2) },
]

describe('other text is clean', () => {
  for (const { name, content } of plain)
    test(name, async () => {
      for (const cut of [[content.length], [1], [47, 48, 49]]) expect(await problemIn(content, cut)).toBeUndefined()
    })

  test('random tokens are taken for a format once in many thousands', async () => {
    const tokens = Array.from({ length: 20_000 }, () => randomBytes(60).toString('base64')).join(' ')
    expect(await problemIn(tokens, [65_536])).toBeUndefined()
  })
})
