import type { Decoding } from '../../decoding.ts'
import type { RowText } from '../row-text.ts'
import { textContent } from '../text-content.ts'
import { type Fields, writeContent } from './known-fields.ts'

/** Writes the content of messages to one path. `rows`: empty, and left empty. */
export type MessageWriter = { write(message: Uint8Array, fields: Fields): Promise<void>; end(): Promise<void> }

export function messageWriter(path: readonly string[], decoding: Decoding, rows: RowText): MessageWriter {
  const content = textContent(path, decoding, 'text')
  return {
    async write(message, fields) {
      try {
        writeContent(message, fields, rows)
      } catch (error) {
        for (const bytes of rows.take(true)) await content.deliver(bytes)
        await content.abandon()
        throw error
      }
      for (const bytes of rows.take(true)) await content.deliver(bytes)
    },
    end: () => content.end(),
  }
}

/** All that one message holds besides numbers of its format. @throws ColumnFault */
export async function writeMessage(
  message: Uint8Array,
  fields: Fields,
  path: readonly string[],
  decoding: Decoding,
  rows: RowText,
): Promise<void> {
  const writer = messageWriter(path, decoding, rows)
  await writer.write(message, fields)
  await writer.end()
}
