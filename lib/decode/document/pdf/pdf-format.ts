import { type ByteSource, byteSource } from '../../byte-source.ts'
import { addGap, addStop, type Decoding } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { latin1 } from '../../latin-1.ts'
import type { Gap } from '../../unverified.ts'
import { pdfDocument } from './pdf-document.ts'
import { walk } from './walk.ts'

/** Blank lines, a mark of UTF-8 or commands to a printer may stand before the first line (ISO 32000-1, annex H.3.4.1). */
const beginning = /^(?:\xef\xbb\xbf)?(?:\s*\x1b%-12345X(?:@PJL[^\n]*\n)*)?\s*%PDF-/
const firsts = new Set(Buffer.from('%\xef \t\r\n\x1b', 'latin1'))

/**
 * PDF (ISO 32000), read so that people in it are found; it is never clean, whatever was read: words may be drawn, in fonts that do not say what they show, or put
 * together from pieces anywhere on a page. All of it is pushed as it is stored; see `PdfDocument` for what else is.
 */
export const pdf: Format = {
  name: 'pdf',
  kind: 'document',
  isFormat: (head) => firsts.has(head[0]!) && beginning.test(latin1(head)),
  async read({ source, path }: Content, decoding: Decoding) {
    const gap = neverClean(path, decoding)
    const { heldBytes } = decoding
    const stored = asStored(source, path, decoding)
    const document = pdfDocument(path, decoding)
    try {
      await walk(byteSource(stored.chunks()), document)
      if (!document.isEncrypted()) await document.end()
    } catch (error) {
      if (stored.hasFailed()) throw error
      addStop(decoding, error)
    } finally {
      decoding.heldBytes = heldBytes
      if (document.isEncrypted())
        Object.assign(gap, { reason: 'encrypted', detail: 'expected a PDF that is not encrypted' })
    }
    for await (const _ of stored.chunks());
    await stored.end()
  },
}

/** The one place that says so, before anything is read. */
function neverClean(path: readonly string[], decoding: Decoding): Gap {
  const gap: Gap = {
    reason: 'unsupported-format',
    path,
    offset: 0,
    detail: 'expected a format that is read to its end, got PDF',
  }
  addGap(decoding, gap)
  return gap
}

/** Pushes all that is taken, as it is stored. */
function asStored(source: ByteSource, path: readonly string[], decoding: Decoding) {
  const sink = decoding.open(path, 'text')
  let failed = false
  return {
    hasFailed: () => failed,
    async *chunks(): AsyncGenerator<Uint8Array> {
      for (;;) {
        failed = true
        const chunk = await source.take()
        failed = false
        if (chunk === undefined) return
        decoding.deliveredBytes += chunk.length
        await sink.write(chunk)
        yield chunk
      }
    },
    end: () => sink.end(),
  }
}
