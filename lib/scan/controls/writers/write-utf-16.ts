/** A text in UTF-16, little-endian, with its byte order mark. */
export function writeUtf16(document: Uint8Array): Uint8Array {
  return Buffer.from(`\ufeff${Buffer.from(document).toString('utf8')}`, 'utf16le')
}
