import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { storedOrders } from '../../../../lib/scan/finders/stored-uuid.ts'
import { find } from '../expect-found.ts'

const uuid = '6f1e2d3c-4b5a-4807-9f5c-27220a0db1c2'
const bytesOf = (text: string) => Buffer.from(text.replaceAll('-', ''), 'hex')
const hexOf = (byte: number) => `\\x${byte.toString(16).padStart(2, '0')}`
const octalOf = (byte: number) => `\\${byte.toString(8).padStart(3, '0')}`
const letters: Record<number, string> = { 7: 'a', 8: 'b', 9: 't', 10: 'n', 11: 'v', 12: 'f', 13: 'r' }

const written = (bytes: Buffer, write: (byte: number) => string, quoted = "'", lettered = '\t\n\r') =>
  Array.from(bytes, (byte) => {
    const one = String.fromCharCode(byte)
    if (one === '\\' || one === quoted) return `\\${one}`
    if (lettered.includes(one)) return `\\${letters[byte]}`
    return byte >= 0x20 && byte < 0x7f ? one : write(byte)
  }).join('')

/** The text of 16 bytes, as programs write it. */
const writers: Record<string, (bytes: Buffer) => string> = {
  'the repr of Python': (bytes) => `INFO user=b'${written(bytes, hexOf)}' saved`,
  'text of protocol buffers': (bytes) => `user { id: "${written(bytes, octalOf, '"')}" name: "b" }`,
  'MONITOR of Redis': (bytes) => `1700000000.1 [0 10.0.0.1:5] "GET" "${written(bytes, hexOf, '"', '\x07\b\t\n\r')}"`,
  'bytea of PostgreSQL in COPY': (bytes) => `17\t${written(bytes, octalOf, '', '').replaceAll('\\', '\\\\')}\t\\N`,
  'a log in JSON': (bytes) => JSON.stringify({ message: `user b'${written(bytes, hexOf)}'` }),
}

/** Far from anything else, so that only what the sieve names is looked at. */
const far = ` ${'what stands here is text and nothing else; '.repeat(20)} `

describe('a UUID as a text of its 16 bytes is found', () => {
  for (const [name, write] of Object.entries(writers))
    it(`in ${name}, in each order`, () => {
      for (const bytes of storedOrders(bytesOf(uuid)))
        for (const around of ['', far])
          for (const looking of ['kernel', 'plain'] as const)
            for (const size of [1, 7, 5000])
              expect(find(uuid, `${around}${write(bytes)}${around}`, looking, size)).toMatchObject([
                { form: 'backslash' },
              ])
    })

  it('whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.constantFrom(...Object.values(writers)), (id, write) => {
        fc.pre(bytesOf(id).some((byte) => byte > 0x7f || byte < 7))
        for (const looking of ['kernel', 'plain'] as const)
          expect(find(id, write(bytesOf(id)), looking, 5000)).toHaveLength(1)
      }),
      { numRuns: 30 },
    )
  })

  it('and no more than 16 bytes, or less', () => {
    for (const bytes of [Buffer.concat([bytesOf(uuid), Buffer.of(0x81)]), bytesOf(uuid).subarray(0, 15)])
      for (const write of Object.values(writers))
        for (const looking of ['kernel', 'plain'] as const)
          expect(find(uuid, write(bytes), looking, 5000)).toStrictEqual([])
  })
})
