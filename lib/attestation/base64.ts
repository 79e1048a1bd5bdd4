import { FormatInvalid } from '../errors.ts'

export function formatBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** The bytes of standard base64 (RFC 4648, section 4) in its one canonical form. @throws FormatInvalid */
export function parseBase64(text: string, where: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text)
    throw new FormatInvalid(`${where}: expected canonical base64, got another text`)
  return new Uint8Array(bytes)
}
