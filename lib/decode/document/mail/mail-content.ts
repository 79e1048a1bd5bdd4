import { byteSource } from '../../byte-source.ts'
import { encodedCheck } from '../../checks/encoded-check.ts'
import { headLength } from '../../checks/known-formats.ts'
import { type RowWriter, textWriter } from '../../database/row-writer.ts'
import { decodeMember } from '../../decode-member.ts'
import { addGap, type Decoding } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { enough, gathered, gatherer } from '../../gathered.ts'
import { beginsLikeFolded } from '../../text/folded-content.ts'
import { reportHidden, tapped } from '../tapped.ts'
import { boundaries, mostBoundaries } from './boundaries.ts'
import { charsetOf, transcoded } from './charset.ts'
import { beginsLikeMail, separator } from './detect-mail.ts'
import { type BodyForm, bodyFormOf, decodeWords, joinParameters, unfold } from './header-fields.ts'
import { beginsFields, behindPlain, isArmour, isField, isUuencoded } from './line-kinds.ts'
import { type Line, lineReader } from './line-reader.ts'
import { bodyOf } from './part-body.ts'
import { reflowed } from './reflowed.ts'
import { takenWithLinks, withLinks } from './rewritten-links.ts'
import { base64Decoder, plainDecoder, quotedPrintableDecoder, type TransferDecoder } from './transfer-encoding.ts'

const lineFeed = Buffer.from('\n')
const lineEnd = Buffer.from('\r\n')
const letterB = 0x62

/** More of one block of fields is not kept. */
const mostFields = 2 ** 20

/**
 * Messages (RFC 5322, 2045) and mailboxes of them. All of it is delivered as the text that it is; on top of that come bodies and attachments
 * in base64 and quoted-printable, `part-1` and so on, fields with encoded words, `fields`, and links that were rewritten, `links`. Whatever looks like the
 * fields of a part begins one, wherever it stands, so that no damage to the nesting of parts hides any. Lines that are not decoded are
 * checked for what hides its content, as plain text is.
 */
export const mail: Format = {
  name: 'mail',
  kind: 'archive',
  isFormat: beginsLikeMail,
  read: readMail,
}

async function readMail({ source, path }: Content, decoding: Decoding): Promise<void> {
  const raw = tapped(source, path, decoding)
  const fields = textWriter([...path, 'fields'], decoding)
  const links = textWriter([...path, 'links'], decoding)
  const hidden = encodedCheck()
  const unread = gatherer(hidden.write)
  let isComplete = false
  try {
    await readLines(takenWithLinks(raw.take, links), { fields, links }, unread.write, path, decoding)
    isComplete = true
  } finally {
    unread.flush()
    reportHidden(hidden, isComplete, path, decoding)
    await fields.end(isComplete)
    await links.end(isComplete)
    await raw.end(isComplete)
  }
}

async function readLines(
  take: () => Promise<Uint8Array | undefined>,
  out: { fields: RowWriter; links: RowWriter },
  check: (bytes: Uint8Array) => void,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  const lines = lineReader(take)
  const most = Math.min(mostBoundaries, decoding.limits.members)
  const known = boundaries(most)
  let parts = 0
  let block: string[] = []
  let blockLength = 0
  let inFields = true
  let hasBegun = false
  let isFirst = true

  function gap(expected: string, reason: 'unsupported-format' | 'encrypted' | 'limit' = 'unsupported-format'): void {
    addGap(decoding, { reason, path, offset: 0, detail: `mail: expected ${expected}` })
  }

  function checkLine({ bytes, goesOn }: Pick<Line, 'bytes' | 'goesOn'>): void {
    check(bytes)
    if (!goesOn) check(lineFeed)
  }

  async function endFields(): Promise<void> {
    const unfolded = unfold(block)
    block = []
    blockLength = 0
    inFields = false
    hasBegun = false
    for (const field of unfolded) {
      for (const decoded of [decodeWords(field), joinParameters(field)]) {
        if (decoded === undefined) continue
        if (decoded.isUnknown) gap('words in a known character set')
        checkLine({ bytes: decoded.text, goesOn: false })
        out.fields.cell(decoded.text)
        await out.fields.endRow()
      }
    }
    const form = bodyFormOf(unfolded)
    if (form.boundary !== undefined && form.boundary !== '' && !known.add(form.boundary))
      gap(`at most ${most} boundaries`, 'limit')
    // A message within the message begins with its fields, and so does what a report of a delivery has of one.
    if (form.type.startsWith('message/') || form.type === 'text/rfc822-headers') inFields = true
    await readBody(form)
  }

  async function readBody(form: BodyForm): Promise<void> {
    const isText = form.type === '' || form.type.startsWith('text/')
    const charset = charsetOf(isText ? form.charset : '')
    if (charset.kind === 'unknown') gap('text in a known character set')
    const given = decoderOf(form)
    const first = given === 'none' ? (lines.atHand() ?? (await lines.peek())) : undefined
    const isOfItsOwn =
      first !== undefined &&
      (markup.test(first.bytes.toString('latin1')) || beginsLikeFolded(Buffer.concat([first.bytes, lineFeed])))
    const decoder = isOfItsOwn ? plainDecoder() : given
    if (decoder === 'unknown') gap('a transfer encoding that is known')
    if (decoder === 'none' || decoder === 'unknown') return
    if (form.type.startsWith('multipart/')) gap('parts that are not encoded as a whole')
    inFields = false
    parts += 1
    const own = [...path, `part-${parts}`]
    const isByLine = form.isReflowed || charset.kind === 'converter'
    const reading = {
      lines,
      path: own,
      decoding,
      ends: (line: Line) => endsPart(line, form.encoding === 'base64'),
      onOther: checkLine,
    }
    const decoded = bodyOf(decoder, reading, isByLine ? 1 : enough)
    const body = form.isReflowed ? reflowed(decoded) : decoded
    const text = charset.kind === 'converter' ? transcoded(body, charset.create(), own, decoding) : body
    const source = byteSource(withLinks(isByLine ? gathered(text) : text, out.links))
    if (form.type === 'message/rfc822' && !beginsLikeMail(await source.peekSome(headLength)))
      gap('a message that begins with its fields')
    await decodeMember({ source, path: own, isMarkup: htmlTypes.test(form.type) }, decoding)
  }

  function endsPart({ bytes, isContinued }: Line, isBase64: boolean): boolean {
    if (isContinued) return false
    if (bytes[0] === 0x2d && bytes[1] === 0x2d) return isBase64 || known.isLine(bytes)
    if (bytes[0] === 0x46 && separator.test(bytes.toString('latin1'))) return true
    // A boundary may be given in a way that is not read.
    return beginsFields(bytes)
  }

  /** Whether a line comes before fields. */
  function isBlock(bytes: Buffer): boolean {
    if (bytes[0] === 0x2d && bytes[1] === 0x2d) return known.isLine(bytes)
    return bytes[0] === 0x46 && separator.test(bytes.toString('latin1'))
  }

  /** Lines of a body that say nothing. */
  function behindBody(bytes: Buffer, from: number): number {
    const to = behindPlain(bytes, from)
    if (to > from) checkLines(bytes.subarray(from, to))
    return to
  }

  /** Whole lines; what ends them is a line feed alone. */
  function checkLines(bytes: Buffer): void {
    let from = 0
    for (let at = bytes.indexOf(lineEnd); at !== -1; at = bytes.indexOf(lineEnd, from)) {
      check(bytes.subarray(from, at))
      from = at + 1
    }
    check(bytes.subarray(from))
  }

  for (;;) {
    if (!inFields && !isFirst) lines.pass(behindBody)
    const line = lines.atHand() ?? (await lines.peek())
    if (line === undefined) break
    const { bytes, isContinued } = line
    const isBlank = bytes.length === 0 && !isContinued
    // What stands in front of the fields.
    const isOther = isFirst && !isBlank && !isField(bytes) && !isBlock(bytes)
    isFirst &&= isBlank
    if (isOther) {
      lines.skip()
      checkLine(line)
      isFirst = line.goesOn
      continue
    }
    if (inFields && !isBlank && !isContinued && !isField(bytes) && !isBlock(bytes)) {
      // The body begins without an empty line before it.
      await endFields()
      continue
    }
    lines.skip()
    checkLine(line)
    if (isBlank) {
      if (inFields && hasBegun) await endFields()
    } else if (!isContinued && isBlock(bytes)) {
      if (block.length > 0) await endFields()
      inFields = true
      hasBegun = true
    } else if (inFields || (!isContinued && beginsFields(bytes))) {
      inFields = true
      hasBegun = true
      blockLength += bytes.length
      if (blockLength <= mostFields) block.push(bytes.toString('latin1'))
      else {
        gap('fields of at most a MiB', 'limit')
        await endFields()
      }
    } else if (bytes[0] === letterB && isUuencoded(bytes, lines.atHand() ?? (await lines.peek())))
      gap('attachments that are not in uuencode')
    else if (isArmour(bytes)) gap('text that is not encrypted', 'encrypted')
  }
  if (inFields) await endFields()
}

/** Formats of their own, whose lines are folded or in whose words tags stand, as are bodies that begin like one of them. */
const ownNames = /\.(?:ics|vcs|vcf|ldif?|x?html?|xml|svg|rtf)$/i
const ownTypes = /^text\/(?:calendar|vcard|x-vcard|x-vcalendar|directory|xml)$|[/+](?:xml|xhtml\+xml)$|\/rtf$/
/** Also for AMP and watches. */
const htmlTypes = /^text\/(?:x-amp-|watch-)?html$/
const markup = /^\s*<[!?a-z]/i

/** `none`: the body is not encoded. */
function decoderOf({ encoding, type, name, isReflowed }: BodyForm): TransferDecoder | 'none' | 'unknown' {
  if (encoding === 'base64') return base64Decoder()
  if (encoding === 'quoted-printable') return quotedPrintableDecoder()
  if (!['', '7bit', '8bit', 'binary'].includes(encoding)) return 'unknown'
  return ownTypes.test(type) || htmlTypes.test(type) || ownNames.test(name) || isReflowed ? plainDecoder() : 'none'
}
