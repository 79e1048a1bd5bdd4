import { ColumnFault } from './column-fault.ts'

/** Far beyond any decimal type; longer numbers would take a time that grows faster than their length. */
const maxBytes = 256

/** Bytes of a two's complement number, the highest first, as a decimal number with `scale` digits behind its point. */
export function decimalText(bytes: Uint8Array, scale: number): string {
  if (bytes.length > maxBytes) throw new ColumnFault('limit', `expected decimal numbers of at most ${maxBytes} bytes`)
  if (bytes.length === 0) return ''
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
  return pointed(BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`)), scale)
}

/** A whole number with a point before its last `scale` digits. */
export function pointed(value: bigint, scale: number): string {
  if (scale === 0) return String(value)
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
