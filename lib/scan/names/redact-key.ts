import { canonicalOf } from '../../manifest/identifier.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { findLookAlikes, type Span } from '../controls/look-alikes.ts'
import type { Report } from '../forms/form.ts'
import { defaultForms } from '../forms/form-names.ts'
import { formSearchOf } from '../forms/form-search.ts'
import { plainSearchOf } from '../forms/plain-search.ts'
import type { Occurrence, Token } from '../occurrence.ts'
import { eachNamePart } from './name-parts.ts'

const redacted = '[identifier]'

/**
 * Where in an object key identifiers of subjects are: bytes of the key in UTF-8, by offset. They may be whole runs of
 * their alphabets, as in content, or parts of a name (`bob@example.com.jsonl`). Controls are nobody's.
 */
export function findInKey(key: string, index: SubjectIndex): Occurrence[] {
  const bytes = Buffer.from(key, 'utf8')
  const found = runsOf(bytes, index)
  eachNamePart(bytes, ({ offset, text }) => {
    if (!index.isListed(text)) return
    const result = canonicalOf(text, index.caseRule)
    const ordinal = 'problem' in result ? -1 : index.ordinalOf(result.shape, result.canonical)
    const record = bytes.toString('latin1', 0, offset).split('\n').length
    if (ordinal !== -1) found.push({ ordinal, record, offset, length: text.length })
  })
  const places = new Map(
    found.map(({ length: _, ...occurrence }) => [`${occurrence.offset} ${occurrence.ordinal}`, occurrence]),
  )
  return [...places.values()].sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)
}

/**
 * An object key with every identifier replaced by `[identifier]`: those of the manifest, as whole runs and as parts of a
 * name, also those whose transfer is not confirmed; and what only looks like one, since it may be somebody's who is not
 * in the manifest. A key without any comes back as it is, and so does one that is redacted already.
 */
export function redactKey(key: string, index: SubjectIndex): string {
  return key
    .split(redacted)
    .map((name) => shown(name, index))
    .join(redacted)
}

/** Whole runs, and what is written in a form, as in content: names of files are often percent-encoded. */
function runsOf(name: Uint8Array, index: SubjectIndex): Token[] {
  const bytes = new Uint8Array(name)
  const buffer = Buffer.from(bytes.buffer)
  const region = { bytes, buffer, to: bytes.length }
  const tokens: Token[] = []
  const keep: Report = (ordinal, start, end, form) => {
    if (ordinal < 0 || index.isControl(ordinal)) return
    const record = buffer.toString('latin1', 0, start).split('\n').length
    tokens.push({ ordinal, record, offset: start, length: end - start, ...(form !== '' && { form }) })
  }
  if (index.shapes.length > 0) formSearchOf(index, defaultForms).search(region, keep)
  // What is found in both ways is named as it stands there.
  plainSearchOf(index)(region, keep)
  return tokens
}

/**
 * Overlapping identifiers (an address and the name in it) are shown as one. What stood beside an identifier was part of a
 * longer run; without that it may read as one itself, so it is looked at again.
 */
function shown(name: string, index: SubjectIndex): string {
  const bytes = Buffer.from(name, 'utf8')
  const spans = spansOf(bytes, index).sort((x, y) => x.offset - y.offset)
  if (spans.length === 0) return name
  let text = ''
  let to = 0
  for (const { offset, length } of spans) {
    if (offset >= to) text += shown(bytes.toString('utf8', to, offset), index) + redacted
    to = Math.max(to, offset + length)
  }
  return text + shown(bytes.toString('utf8', to), index)
}

function spansOf(bytes: Buffer, index: SubjectIndex): Span[] {
  const listed: Span[] = runsOf(bytes, index)
  eachNamePart(bytes, ({ offset, text }) => {
    if (index.isListed(text)) listed.push({ offset, length: text.length })
  })
  // A known address says where it ends; only its look would take the extension for a part of its domain.
  const addresses = listed.filter(({ offset, length }) => bytes.subarray(offset, offset + length).includes('@'))
  const alike = findLookAlikes(bytes, index).filter((each) => !addresses.some((address) => overlap(each, address)))
  return [...listed, ...alike]
}

function overlap(one: Span, other: Span): boolean {
  return one.offset < other.offset + other.length && other.offset < one.offset + one.length
}
