/**
 * Text in UTF-16 as UTF-8. What is not valid in it (half of a surrogate pair, half of a unit at the end) becomes bytes that are not
 * valid in UTF-8 either, so that whoever checks the text notices.
 */
export function toUtf8(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): Uint8Array {
  const whole = bytes.length & ~1
  let units = Buffer.from(bytes.buffer, bytes.byteOffset, whole)
  if (encoding === 'utf-16be') units = Buffer.from(units).swap16()
  const text = units.toString('utf16le')
  const isValid = whole === bytes.length && text.isWellFormed()
  return isValid ? Buffer.from(text, 'utf8') : Buffer.concat([Buffer.from(text, 'utf8'), invalid])
}

const invalid = Buffer.from([0xff])
