import { charsetOf } from './charset.ts'
import { unescapeInto } from './transfer-encoding.ts'

/** What a block of header fields says of the body below it. `isReflowed`: its lines are broken within words as well (RFC 3676, 4.2). */
export type BodyForm = {
  encoding: string
  type: string
  charset: string
  boundary: string | undefined
  name: string
  isReflowed: boolean
}

/** The fields of a block, each on one line (RFC 5322, 2.2.3). */
export function unfold(lines: readonly string[]): string[] {
  const fields: string[] = []
  for (const line of lines) {
    const first = line.charCodeAt(0)
    if ((first === 0x20 || first === 0x09) && fields.length > 0) fields.push(`${fields.pop()}${line}`)
    else fields.push(line)
  }
  return fields
}

const letterC = 0x63
const contentType = /^content-type[ \t]*:/i
const contentTransferEncoding = /^content-transfer-encoding[ \t]*:/i
const contentDisposition = /^content-disposition[ \t]*:/i

/** Blanks may stand before the colon of a field (RFC 5322, 4.5.8). */
export function bodyFormOf(fields: readonly string[]): BodyForm {
  // Most fields are others.
  const some = fields.filter((field) => (field.charCodeAt(0) | 0x20) === letterC)
  const values = (begin: RegExp) =>
    some.filter((field) => begin.test(field)).map((field) => field.replace(begin, '').trim())
  const type = values(contentType).at(-1) ?? ''
  // Several that say the same are one; others are no encoding that is known.
  const encodings = [...new Set(values(contentTransferEncoding).map(tokenOf))]
  const { name, ...form } = formOf(type)
  return {
    encoding: encodings.join(' '),
    ...form,
    name: name ?? parameter(values(contentDisposition).at(-1) ?? '', 'filename') ?? '',
  }
}

type TypeForm = Omit<BodyForm, 'encoding' | 'name'> & { name: string | undefined }

/** What types say that came last: most mails have one of a few. */
const recent = new Map<string, TypeForm>()
const [mostRecent, longestRecent] = [64, 128]

/** What a type and its parameters say. */
function formOf(given: string): TypeForm {
  const before = recent.get(given)
  if (before !== undefined) return before
  // With characters of its own: a text that is a part of another keeps all of that.
  const type = Buffer.from(given, 'latin1').toString('latin1')
  const form = {
    type: type.toLowerCase().replace(/[;\s].*$/s, ''),
    charset: parameter(type, 'charset') ?? '',
    boundary: parameter(type, 'boundary'),
    name: parameter(type, 'name'),
    isReflowed: parameter(type, 'delsp')?.toLowerCase() === 'yes',
  }
  if (form.boundary !== undefined || type.length > longestRecent) return form
  if (recent.size === mostRecent) recent.clear()
  recent.set(type, form)
  return form
}

/**
 * A field's value up to its parameters, without comments and the quotes around it (RFC 2045, 6.1), in small letters. What is not written
 * like this stays, so that it is no word that is known.
 */
function tokenOf(value: string): string {
  const all = value.toLowerCase().trim()
  const text = withoutComments(all)
  const token = text?.replace(/;.*$/s, '').replaceAll('"', '').trim()
  return token === undefined || (token === '' && text!.trim() !== '') ? all : token
}

/** Absent where a comment does not end. */
function withoutComments(value: string): string | undefined {
  let depth = 0
  let text = ''
  for (const part of value.split(/([()])/)) {
    if (part === '(') depth += 1
    else if (part === ')' && depth > 0) depth -= 1
    else if (depth === 0) text += part
  }
  return depth === 0 ? text : undefined
}

const parameterOf = (name: string) => new RegExp(`;\\s*${name}\\*?\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, 'i')
const parameters = {
  charset: parameterOf('charset'),
  boundary: parameterOf('boundary'),
  name: parameterOf('name'),
  filename: parameterOf('filename'),
  delsp: parameterOf('delsp'),
}

function parameter(value: string, name: keyof typeof parameters): string | undefined {
  const found = parameters[name].exec(value)
  return found === null ? undefined : (found[1]?.replace(/\\(.)/g, '$1') ?? found[2])
}

type Sections = Map<number, { text: string; isEncoded: boolean }>

const section = /;\s*([\w.-]+)\*(\d{1,3})(\*?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g

/**
 * The parameters of a field that are written in several (RFC 2231, 3), each put together, a line for each, in UTF-8; absent where there are none.
 * `isUnknown`: one of them is in a character set that is not known or not valid in it.
 */
export function joinParameters(field: string): { text: Buffer; isUnknown: boolean } | undefined {
  if (!field.includes('*') || !/\*\d{1,3}\*?\s*=/.test(field)) return undefined
  const parameters = new Map<string, { first: Sections; last: Sections }>()
  for (const [, name = '', place = '', star, quoted, bare = ''] of field.matchAll(section)) {
    const sections = parameters.get(name.toLowerCase()) ?? { first: new Map(), last: new Map() }
    const one = { text: quoted?.replace(/\\(.)/g, '$1') ?? bare, isEncoded: star === '*' }
    if (!sections.first.has(Number(place))) sections.first.set(Number(place), one)
    sections.last.set(Number(place), one)
    parameters.set(name.toLowerCase(), sections)
  }
  // Of one that is given twice some readers take the first, others the last.
  const readings = [...parameters.values()].flatMap(({ first, last }) =>
    [...first].some(([place, one]) => last.get(place) !== one) ? [first, last] : [first],
  )
  const values = readings.map((sections) => {
    const ordered = [...sections].sort(([x], [y]) => x - y).map(([, each]) => each)
    const [, charset = '', rest] = (ordered[0]?.isEncoded && /^([^']*)'[^']*'(.*)$/s.exec(ordered[0].text)) || []
    if (rest !== undefined) ordered[0] = { text: rest, isEncoded: true }
    const bytes = ordered.map(({ text, isEncoded }) => Buffer.from(isEncoded ? fromPercent(text) : text, 'latin1'))
    return toText(Buffer.concat(bytes), charset)
  })
  if (values.length === 0) return undefined
  return {
    text: Buffer.concat(values.flatMap(({ bytes }, at) => (at === 0 ? [bytes] : [lineFeed, bytes]))),
    isUnknown: values.some(({ isKnown }) => !isKnown),
  }
}

const lineFeed = Buffer.from('\n')
const fromPercent = (text: string) =>
  text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))

const encodedWord = /=\?([^?*\s]+)(?:\*[^?]*)?\?([bBqQ])\?([^?\s]*)\?=/g

/**
 * A field with its encoded words (RFC 2047) as UTF-8 text; absent where it has none. `isUnknown`: one of them is in a character set that is
 * not known or not valid in it.
 */
export function decodeWords(field: string): { text: Buffer; isUnknown: boolean } | undefined {
  if (!field.includes('=?')) return undefined
  let isUnknown = false
  const parts: Buffer[] = []
  let at = 0
  // Spaces between encoded words do not count.
  const joined = field.replace(/\?=[ \t\r\n]+=\?/g, '?==?')
  /** Adjacent words may share a character. */
  let open: { charset: string; bytes: Buffer[] } | undefined
  const close = () => {
    if (open === undefined) return
    const { bytes, isKnown } = toText(Buffer.concat(open.bytes), open.charset)
    parts.push(bytes)
    isUnknown ||= !isKnown
    open = undefined
  }
  for (const { 0: word, 1: charset = '', 2: kind = '', 3: text = '', index } of joined.matchAll(encodedWord)) {
    if (index > at || open?.charset !== charset) close()
    parts.push(Buffer.from(joined.slice(at, index), 'latin1'))
    open ??= { charset, bytes: [] }
    open.bytes.push(kind.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : fromQ(text))
    at = index + word.length
  }
  close()
  if (at === 0) return undefined
  return { text: Buffer.concat([...parts, Buffer.from(joined.slice(at), 'latin1')]), isUnknown }
}

function fromQ(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('_', ' '), 'latin1')
  return bytes.subarray(0, unescapeInto(bytes, 0, bytes, bytes.length))
}

function toText(bytes: Buffer, charset: string): { bytes: Buffer; isKnown: boolean } {
  const known = charsetOf(charset)
  if (known.kind === 'as-is') return { bytes, isKnown: true }
  if (known.kind === 'unknown') return { bytes, isKnown: false }
  try {
    const converter = known.create()
    return { bytes: Buffer.concat([converter.write(bytes), converter.end()]), isKnown: true }
  } catch {
    return { bytes, isKnown: false }
  }
}
