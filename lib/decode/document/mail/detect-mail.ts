/** Fields that nothing but mail begins with. */
const strong =
  /^(received|x-received|return-path|delivered-to|x-original-to|envelope-to|dkim-signature|arc-[a-z-]+|message-id|mime-version|authentication-results|x-mozilla-status)$/
/** Fields of mail that other texts have too. */
const weak =
  /^(from|to|cc|bcc|subject|date|sender|reply-to|content-type|content-transfer-encoding|content-disposition|in-reply-to|references|list-[a-z-]+|x-[a-z-]+|user-agent|importance|priority|thread-topic|thread-index|snapshot-content-location)$/

/** The line between messages of a mailbox (RFC 4155): `From`, an address, and the time as asctime writes it. */
export const separator =
  /^From \S.* (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .*\d{1,2}:\d{2}.*\d{4}|^From \S.*\d{4}-\d{2}-\d{2}.*\d{1,2}:\d{2}/

/**
 * Whether a text begins like a message (RFC 5322) or a mailbox: by fields that are mail's. One line may stand in front of them that is none, as the
 * number of bytes in `.emlx` of Apple Mail, `>From` or what a server said.
 */
export function beginsLikeMail(head: Uint8Array): boolean {
  if (!mayBegin(head)) return false
  const text = Buffer.from(head.buffer, head.byteOffset, head.length)
    .toString('latin1')
    .replace(/^(\xef\xbb\xbf)?[\r\n]*/, '')
  const isMailbox = separator.test(text)
  const lines = text.split(/\r?\n/)
  const isBehindLine = !isMailbox && fieldNameOf(lines[0]!) === undefined
  const names = new Set<string>()
  for (const line of lines.slice(isMailbox || isBehindLine ? 1 : 0)) {
    if (line === '') break
    const name = fieldNameOf(line)
    if (name !== undefined) names.add(name)
    else if (!/^[ \t>]/.test(line) && names.size === 0) return false
  }
  const found = [...names]
  if (isMailbox) return found.length > 0
  const hasStrong = found.some((name) => strong.test(name))
  if (isBehindLine)
    return (hasStrong && found.length > 1) || (isResponse.test(lines[0]!) && found.includes('content-type'))
  return hasStrong || found.filter((name) => weak.test(name)).length >= 2
}

const fieldNameOf = (line: string) => /^([A-Za-z][A-Za-z0-9-]*):(\s|$)/.exec(line)?.[1]?.toLowerCase()

/** What a server sent is kept with its fields, and has a type as parts of mail have. */
const isResponse = /^HTTP\/\d/

/** What may stand in front of the fields has no more bytes. */
const longestLine = 200

/** A quick look, since this is asked of many small values: lines, of which the first or the second begins with a name and a colon, or the first with `From`. */
function mayBegin(head: Uint8Array): boolean {
  let at = head[0] === 0xef ? 3 : 0
  while (head[at] === 0x0d || head[at] === 0x0a) at++
  const lineEnd = head.indexOf(0x0a, at)
  if (lineEnd === -1) return false
  const isSeparator = head[at] === 0x46 && head[at + 4] === 0x20
  return isSeparator || beginsWithName(head, at) || (lineEnd - at <= longestLine && beginsWithName(head, lineEnd + 1))
}

function beginsWithName(head: Uint8Array, from: number): boolean {
  let at = from
  while (isNameByte(head[at])) at++
  return at > from && head[at] === 0x3a
}

function isNameByte(byte: number | undefined): boolean {
  if (byte === undefined) return false
  return byte === 0x2d || (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a)
}
