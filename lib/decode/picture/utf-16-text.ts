import { toUtf8 } from '../database/utf16.ts'
import type { Metadata } from './metadata.ts'

/** Of so many characters at least half are below this, as in texts of Latin letters (see the format `utf-16`). */
const plainBelow = 0x250
/** What `toUtf8` ends what is not valid with. */
const invalid = 0xff

/**
 * Writes a text that is UTF-16 by what is around it, without a mark and the zeros behind it. What has fewer than half of Latin letters may be in the other order, or bytes of any kind, and so may
 * what has letters of ASCII in the other order: a gap.
 */
export async function writeUtf16(
  bytes: Uint8Array,
  encoding: 'utf-16le' | 'utf-16be',
  metadata: Metadata,
): Promise<void> {
  const utf8 = toUtf8(bytes, encoding)
  const text = Buffer.from(utf8)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .replace(/\0+$/, '')
  let plain = 0
  let isOther = false
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < plainBelow) plain++
    isOther ||= (unit & 0xff) === 0 && unit >= 0x2000 && unit <= 0x7e00
  }
  await metadata.text(Buffer.from(text))
  if (plain * 2 < text.length || isOther || utf8.at(-1) === invalid)
    metadata.gap('not-text', 'expected UTF-16 of mostly Latin letters')
}
