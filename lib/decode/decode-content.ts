import { isKnownContent } from './checks/known-contents.ts'
import { headLength, knownFormatOf } from './checks/known-formats.ts'
import { mayBeDumpIndex, readDumpIndex } from './database/dump-index.ts'
import type { Decoding } from './decoding.ts'
import { xml } from './document/xml/xml-content.ts'
import type { Content } from './format.ts'
import { formatNames, formatOf } from './formats.ts'
import { type Expectation, readRaw } from './raw-content.ts'

/**
 * Reads one content to its end: unwraps it as long as it is of a format that is read, from its bytes alone, and pushes
 * what is innermost.
 */
export async function decodeContent(content: Content, decoding: Decoding): Promise<void> {
  const { source, path, isMarkup = false } = content
  const head = (await source.peekSome(headLength)).subarray(0, headLength)
  const format = formatOf(head) ?? (isMarkup && knownFormatOf(head) === undefined ? xml : undefined)
  const expected = expectationOf(head)
  if (await isKnownContent(source, head)) return readRaw(source, path, decoding, { kind: 'any' })
  if (format === undefined) {
    if (mayBeDumpIndex(head) && (await readDumpIndex(source, path, decoding))) return
    return readRaw(source, path, decoding, expected)
  }
  if (path.filter((name) => formatNames.includes(name)).length >= decoding.limits.depth)
    return readRaw(source, path, decoding, {
      kind: 'refused',
      reason: 'limit',
      detail: `expected at most ${decoding.limits.depth} containers inside each other`,
    })
  const inside = [...path, format.name]
  await format.read({ ...content, path: inside }, decoding)
  if ((await source.peek(1)).length > 0)
    await readRaw(source, [...inside, 'trailing'], decoding, trailingExpectationOf(await source.peekSome(headLength)))
}

/** What a content that is no format we read has to be, by its first bytes. */
export function expectationOf(head: Uint8Array): Expectation {
  const format = knownFormatOf(head)
  if (format === undefined) return { kind: 'text', isOther }
  return {
    kind: format.weak ? 'named' : 'refused',
    reason: format.encrypted ? 'encrypted' : 'unsupported-format',
    detail: `expected a format that is read, got ${format.name}`,
  }
}

const isOther = (head: Uint8Array): boolean => formatOf(head) !== undefined || knownFormatOf(head) !== undefined

/** Whether bytes that begin like this must not be taken for plain text or bytes. `head`: see `headLength`. */
export function isContainer(head: Uint8Array): boolean {
  return formatOf(head) !== undefined || knownFormatOf(head)?.weak === false
}

function trailingExpectationOf(head: Uint8Array): Expectation {
  const known = knownFormatOf(head)
  // What a text in such a format says is not what stands there.
  const name = formatOf(head)?.name ?? (known?.weak === false ? known.name : undefined)
  if (name === undefined) return { kind: 'trailing' }
  return { kind: 'refused', reason: 'trailing-data', detail: `expected only text after the end, got ${name}` }
}
