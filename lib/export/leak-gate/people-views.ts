import { latin1 } from '../../decode/latin-1.ts'
import { OdvError } from '../../errors.ts'
import { bundlePaths } from '../bundle-paths.ts'
import { readPdfTexts } from '../report/pdf/read-pdf-texts.ts'
import type { View } from './views.ts'

/** Markup within a word; all other markup ends one. */
const inline = /<\/?(?:a|b|code|em|i|mark|small|span|strong|sub|sup|time|u|wbr)\b[^<>]*>/gi

/**
 * What is looked at of the files for people: their text, and that of a page as a browser shows it. Of the report to be printed it is what stands on
 * its pages: all else in it are places. One that is not exactly such a file is looked at as it lies there.
 */
export function* viewsForPeople(files: Iterable<readonly [string, Uint8Array]>): Generator<View> {
  for (const [path, bytes] of files) {
    const printed = path === bundlePaths.reportPdf ? textsOf(bytes) : undefined
    if (printed !== undefined) {
      yield { path, part: 'texts', bytes: printed }
      continue
    }
    yield { path, bytes }
    if (path === bundlePaths.report) yield { path, part: 'without markup', bytes: withoutMarkup(bytes) }
  }
}

function textsOf(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return Buffer.from(readPdfTexts(bytes).join('\n'))
  } catch (error) {
    if (error instanceof OdvError) return undefined
    throw error
  }
}

function withoutMarkup(page: Uint8Array): Uint8Array {
  const text = latin1(page)
  const shown = text
    .replace(/<style>[^<]*<\/style>/, '\n')
    .replace(inline, '')
    .replace(/<[^<>]*>/g, '\n')
  return Uint8Array.from(Buffer.from(shown, 'latin1'))
}
