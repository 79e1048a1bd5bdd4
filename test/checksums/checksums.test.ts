import fc from 'fast-check'
import { expect, it } from 'vitest'
import { crc32c } from '../../lib/checksums/crc32c.ts'
import { crc64 } from '../../lib/checksums/crc64.ts'

function hexOf(variant: Parameters<typeof crc64>[0], ...pieces: Uint8Array[]): string {
  const crc = crc64(variant)
  for (const piece of pieces) crc.add(piece)
  return crc.high().toString(16).padStart(8, '0') + crc.low().toString(16).padStart(8, '0')
}

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
  it(`CRC-64/NVME has its published value for ${name}`, () => expect(hexOf('nvme', bytes)).toBe(crc))

it('CRC-64 of xz and of Redis have their published values for nine digits', () => {
  expect(hexOf('ecma', Buffer.from('123456789'))).toBe('995dc9bbdf1939fa')
  expect(hexOf('jones', Buffer.from('123456789'))).toBe('e9c6d914c4b8d9ca')
})

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

it('they are what their definitions say, however the bytes are cut and wherever they lie', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), fc.nat(7), (bytes, cut, shift) => {
      const moved = new Uint8Array(bytes.length + shift).subarray(shift)
      moved.set(bytes)
      const [head, tail] = [moved.subarray(0, cut), moved.subarray(cut)]
      expect(BigInt(crc32c(tail, crc32c(head)))).toBe(bitwise(bytes, 0x82f63b78n, 32n))
      expect(BigInt(`0x${hexOf('nvme', head, tail)}`)).toBe(bitwise(bytes, 0x9a6c9329ac4bc9b5n, 64n))
      expect(BigInt(`0x${hexOf('ecma', head, tail)}`)).toBe(bitwise(bytes, 0xc96c5795d7870f42n, 64n))
    }),
    { numRuns: 500 },
  )
})
