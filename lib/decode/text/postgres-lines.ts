import type { Fragments } from './line-fragments.ts'
import { nextLongLine } from './long-lines.ts'

/** PostgreSQL cuts a message for syslog behind 900 bytes (`PG_SYSLOG_LIMIT`), or before a character of up to four that would go beyond. */
const leastCut = 897

const clock = String.raw`\d\d:\d\d:\d\d`
/** As RFC 3164 has it, RFC 5424, and `journalctl -o short-full`. */
const time = String.raw`(?:[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?${clock}\S*|\d{4}-\d\d-\d\dT${clock}\S*|[A-Z][a-z]{2} \d{4}-\d\d-\d\d ${clock}\S* \S+)`
/** Who wrote a message: a tag, with the host and other words before it, or in a line of RFC 5424 the host, the program and the process. */
const tag = String.raw`((?:\S+ ){0,2}?[^\s:[]\S*?(?:\[\d+\])?:)(?: \[ID [^\]\n]*\])?`
const words = String.raw`(\S+ \S+ (?:\d+|-)) \S+ (?:-|\[[^\n]{0,200}\])`
/** Of UTF-8: editors put it in front of a file, and programs in front of a message (RFC 5424). */
const mark = String.raw`(?:\xef\xbb\xbf)?`
const line = `(?:<\\d{1,3}>)?(?:1 )?${time} (?:${tag}|${words}) `
/** What syslog says itself, which is not tagged. */
const own = String.raw`${time} \S+ (?:-- MARK --|last message repeated )`
/** The first line may tell when a journal begins. */
const isSyslog = new RegExp(`^${mark}(?:-- [^\\n]*\\n)?(?:${line}|${own})`)
/** With the numbers of the message, which may be left out, and of the fragment in it. */
const fragment = new RegExp(`^${mark}${line} ?${mark}\\[(?:(\\d{1,20})-)?\\d{1,9}\\] `)
const longestBefore = 512
const carriageReturn = 0x0d
const hasProcess = /\[\d+\]:$| \d+$/

/**
 * Logs of syslog, in which PostgreSQL has each line of a message, or 900 bytes of one, by itself (`syslog_split_messages`): `postgres[71]: [5-2] `. It cuts before a blank
 * where there is one, so that a fragment goes on within a word only if it is full. A full one that ends before a blank has it at the next one's beginning.
 */
export const postgresLines: Fragments = {
  isKind: (head) => isSyslog.test(head),
  reader: () => (line) => {
    const found = fragment.exec(line.toString('latin1', 0, longestBefore))
    if (found === null) return undefined
    const [all, tagged, said, message = ''] = found
    const writer = (tagged ?? said)!
    const text = line.subarray(all.length, line.at(-1) === carriageReturn ? -1 : undefined)
    // A process goes on with another message when it has written one; several of a name may do so at the same time.
    const key = hasProcess.test(writer) ? writer : `${writer} ${message}`
    return { key, turn: message, text, goesOn: text.length >= leastCut }
  },
  next: (lines, at, to) => nextLongLine(lines, at, to, leastCut),
}
