import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compositeChecksum, storedChecksum } from '../../../lib/aws/bucket/stored-checksum.ts'
import { crc32c } from '../../../lib/checksums/crc32c.ts'

const text = Buffer.from('123456789')
const base64 = (hexadecimal: string) => Buffer.from(hexadecimal, 'hex').toString('base64')
const stored: { name: string; answer: Parameters<typeof storedChecksum>[0] }[] = [
  { name: 'CRC32', answer: { ChecksumCRC32: base64('cbf43926') } },
  { name: 'CRC32C', answer: { ChecksumCRC32C: base64('e3069283'), ChecksumType: 'FULL_OBJECT' } },
  { name: 'CRC64NVME', answer: { ChecksumCRC64NVME: base64('ae8b14860a799888'), ChecksumType: 'FULL_OBJECT' } },
  { name: 'SHA1', answer: { ChecksumSHA1: createHash('sha1').update(text).digest('base64') } },
  { name: 'SHA256', answer: { ChecksumSHA256: createHash('sha256').update(text).digest('base64') } },
]
for (const { name, answer } of stored)
  it(`${name} of a whole version is what S3 writes it to be, made piece by piece`, () => {
    const checksum = storedChecksum(answer)
    const digest = checksum?.digest()
    for (const byte of text) digest?.update(Uint8Array.of(byte))
    expect([checksum?.name, digest?.value()]).toEqual([name, checksum?.value])
  })

it('a checksum of checksums of parts is none of a whole version', () => {
  expect(storedChecksum({ ChecksumSHA256: 'q1w2e3=', ChecksumType: 'COMPOSITE' })).toBeUndefined()
  expect(storedChecksum({ ChecksumCRC32: 'q1w2e3==-3' })).toBeUndefined()
  expect(compositeChecksum({ ChecksumCRC32: 'q1w2e3==' })).toBeUndefined()
})

/** The same by other means: of each part by itself, and then of what came out. */
const fields = { CRC32: crc32, CRC32C: crc32c, SHA1: 'sha1', SHA256: 'sha256' } as const
const rawOf = (kind: keyof typeof fields, bytes: Uint8Array): Buffer => {
  const how = fields[kind]
  if (typeof how === 'string') return createHash(how).update(bytes).digest()
  const word = Buffer.alloc(4)
  word.writeUInt32BE(how(bytes))
  return word
}
for (const kind of Object.keys(fields) as (keyof typeof fields)[])
  it(`${kind} of parts is that of their checksums, whatever the parts and however the bytes are cut`, () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 50 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 60 }), (parts, cut) => {
        const value = `${rawOf(kind, Buffer.concat(parts.map((part) => rawOf(kind, part)))).toString('base64')}-${parts.length}`
        const composite = compositeChecksum({ [`Checksum${kind}`]: value, ChecksumType: 'COMPOSITE' })
        expect(composite?.parts).toBe(parts.length)
        const checksum = composite!.of(parts.map(({ length }) => length))
        const computed = (bytes: Buffer) => {
          const digest = checksum.digest()
          for (let at = 0; at < bytes.length; at += cut) digest.update(bytes.subarray(at, at + cut))
          return digest.value()
        }
        const bytes = Buffer.concat(parts)
        expect([computed(bytes), checksum.value]).toEqual([value, value])
        if (bytes.length === 0) return
        bytes[bytes.length >> 1]! ^= 1
        expect(computed(bytes)).not.toBe(value)
      }),
    )
  })
