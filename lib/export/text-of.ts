import { FormatInvalid } from '../errors.ts'

/** A file's text. @throws FormatInvalid unless it is UTF-8, without a byte order mark. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new FormatInvalid('text: expected UTF-8, got other bytes')
  }
}
