/** Fields that nothing but mail begins with. */
const strong =
  /^(received|x-received|return-path|delivered-to|x-original-to|envelope-to|dkim-signature|arc-[a-z-]+|message-id|mime-version|authentication-results|x-mozilla-status)$/
/** Fields of mail that other texts have too. */
const weak =
  /^(from|to|cc|bcc|subject|date|sender|reply-to|content-type|content-transfer-encoding|content-disposition|in-reply-to|references|list-[a-z-]+|x-[a-z-]+|user-agent|importance|priority|thread-topic|thread-index|snapshot-content-location)$/

/** The line between messages of a mailbox (RFC 4155): `From`, an address, and the time as asctime writes it. */
export const separator =
  /^From \S.* (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .*\d{1,2}:\d{2}.*\d{4}|^From \S.*\d{4}-\d{2}-\d{2}.*\d{1,2}:\d{2}/

/** Whether a text begins like a message (RFC 5322) or a mailbox: by fields that are mail's. */
export function beginsLikeMail(head: Uint8Array): boolean {
  if (!mayBegin(head)) return false
  const text = Buffer.from(head.buffer, head.byteOffset, head.length)
    .toString('latin1')
    .replace(/^(\xef\xbb\xbf)?[\r\n]*/, '')
  const isMailbox = separator.test(text)
  const names = new Set<string>()
  for (const line of text.split(/\r?\n/).slice(isMailbox ? 1 : 0)) {
    if (line === '') break
    const name = /^([A-Za-z][A-Za-z0-9-]*):(\s|$)/.exec(line)?.[1]?.toLowerCase()
    if (name !== undefined) names.add(name)
    else if (!/^[ \t>]/.test(line) && names.size === 0) return false
  }
  const found = [...names]
  if (isMailbox) return found.length > 0
  return found.some((name) => strong.test(name)) || found.filter((name) => weak.test(name)).length >= 2
}

/** A quick look, since this is asked of many small values: lines, of which the first begins with a name and a colon, or with `From`. */
function mayBegin(head: Uint8Array): boolean {
  let at = head[0] === 0xef ? 3 : 0
  while (head[at] === 0x0d || head[at] === 0x0a) at++
  const start = at
  while (isNameByte(head[at])) at++
  if (at === start) return false
  const isSeparator = at === start + 4 && head[at] === 0x20 && head[start] === 0x46
  return (head[at] === 0x3a || isSeparator) && head.indexOf(0x0a, at) !== -1
}

function isNameByte(byte: number | undefined): boolean {
  if (byte === undefined) return false
  return byte === 0x2d || (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a)
}
