import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { crc32c } from '../../lib/aws/crc32c.ts'
import { crc64nvme } from '../../lib/aws/crc64nvme.ts'
import { compositeChecksum, storedChecksum } from '../../lib/aws/stored-checksum.ts'

const hex = ({ high, low }: { high: number; low: number }) =>
  high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0')

/** RFC 3720, section B.4, and the check value of the catalogue of CRC algorithms (reveng). */
const published32: { name: string; bytes: Buffer; crc: number }[] = [
  { name: 'nothing', bytes: Buffer.alloc(0), crc: 0 },
  { name: 'nine digits', bytes: Buffer.from('123456789'), crc: 0xe3069283 },
  { name: '32 zeros', bytes: Buffer.alloc(32), crc: 0x8a9136aa },
  { name: '32 bytes of ones', bytes: Buffer.alloc(32, 255), crc: 0x62a8ab43 },
  { name: '32 rising bytes', bytes: Buffer.from(Array.from({ length: 32 }, (_, i) => i)), crc: 0x46dd794e },
  { name: '32 falling bytes', bytes: Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), crc: 0x113fdb5c },
]
for (const { name, bytes, crc } of published32)
  it(`CRC-32C has its published value for ${name}`, () => expect(crc32c(bytes)).toBe(crc))

/** NVM Express NVM Command Set Specification 1.0, section 5.2.1.3.4, and the check value of the catalogue. */
const published64: { name: string; bytes: Buffer; crc: string }[] = [
  { name: 'nothing', bytes: Buffer.alloc(0), crc: '0000000000000000' },
  { name: 'nine digits', bytes: Buffer.from('123456789'), crc: 'ae8b14860a799888' },
  { name: '4096 zeros', bytes: Buffer.alloc(4096), crc: '6482d367eb22b64e' },
  { name: '4096 bytes of ones', bytes: Buffer.alloc(4096, 255), crc: 'c0ddba7302eca3ac' },
]
for (const { name, bytes, crc } of published64)
  it(`CRC-64/NVME has its published value for ${name}`, () => expect(hex(crc64nvme(bytes))).toBe(crc))

/** One bit at a time, by the definition. */
function bitwise(bytes: Uint8Array, polynomial: bigint, width: bigint): bigint {
  const ones = (1n << width) - 1n
  let crc = ones
  for (const byte of bytes) {
    crc ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n
  }
  return crc ^ ones
}

it('both are what their definitions say, however the bytes are cut and wherever they lie', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), fc.nat(7), (bytes, cut, shift) => {
      const moved = new Uint8Array(bytes.length + shift).subarray(shift)
      moved.set(bytes)
      const [head, tail] = [moved.subarray(0, cut), moved.subarray(cut)]
      expect(BigInt(crc32c(tail, crc32c(head)))).toBe(bitwise(bytes, 0x82f63b78n, 32n))
      expect(BigInt(`0x${hex(crc64nvme(tail, crc64nvme(head)))}`)).toBe(bitwise(bytes, 0x9a6c9329ac4bc9b5n, 64n))
    }),
    { numRuns: 500 },
  )
})

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
