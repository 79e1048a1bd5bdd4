import { bundlePaths } from '../bundle-paths.ts'
import type { View } from './views.ts'

/** Markup within a word; all other markup ends one. */
const inline = /<\/?(?:a|b|code|em|i|mark|small|span|strong|sub|sup|time|u|wbr)\b[^<>]*>/gi

/** What is looked at of the files for people: their text, and that of a page as a browser shows it. */
export function* viewsForPeople(files: Iterable<readonly [string, Uint8Array]>): Generator<View> {
  for (const [path, bytes] of files) {
    yield { path, bytes }
    if (path === bundlePaths.report) yield { path, part: 'without markup', bytes: withoutMarkup(bytes) }
  }
}

function withoutMarkup(page: Uint8Array): Uint8Array {
  const text = Buffer.from(page.buffer, page.byteOffset, page.byteLength).toString('latin1')
  const shown = text
    .replace(/<style>[^<]*<\/style>/, '\n')
    .replace(inline, '')
    .replace(/<[^<>]*>/g, '\n')
  return Uint8Array.from(Buffer.from(shown, 'latin1'))
}
