import { headLength, knownFormatOf } from '../checks/known-formats.ts'
import { addGap, countProduced, type Decoding } from '../decoding.ts'
import type { Content, Format } from '../format.ts'
import { readRaw } from '../raw-content.ts'
import { auditLines, isAuditHead } from './audit-lines.ts'
import { fixMessages, isFixHead } from './fix-messages.ts'
import { hl7Frames, isHl7Head } from './hl7-frames.ts'
import { isJournalHead, journalFields } from './journal-fields.ts'
import { isPaddedHead, paddedFields } from './padded-fields.ts'
import { isPhpHead, phpMembers } from './php-members.ts'
import { isLoadFileHead, quotedFields } from './quoted-fields.ts'
import { isSeparatedHead, separatorOf } from './separated-head.ts'
import { separatedLines } from './separated-lines.ts'
import { isSnapshotHead, tarSnapshot } from './tar-snapshot.ts'

/**
 * Tables whose fields are apart by ^A, as Hive and Impala write them (^B between the items of a list, ^C behind a key), or by the unit separator. Delivered
 * with a form feed in the place of each, which is in no identifier, number or form: offsets and lines stay what they are. Binary records have such bytes as
 * lengths, types and numbers, so all of it is held to the rules of such a table, and the first line that is none is a gap. So are
 * records of which the beginning says what they are, each by rules of its own: logs of Linux's audit daemon, which have a group separator in each, messages of FIX, those of HL7 in
 * frames, exports of systemd's journal, what PHP serialized, tables with fields that are filled up with zeros, load files of Concordance, and snapshots of GNU tar.
 */
export const separated: Format = {
  name: 'separated',
  kind: 'table',
  isFormat: (head) => recordsOf(head) !== undefined || (isSeparatedHead(head) && knownFormatOf(head) === undefined),
  read: readSeparated,
}

const records = [
  { isHead: isAuditHead, lines: auditLines },
  { isHead: isFixHead, lines: fixMessages },
  { isHead: isHl7Head, lines: hl7Frames },
  { isHead: isJournalHead, lines: journalFields },
  { isHead: isPhpHead, lines: phpMembers },
  { isHead: isPaddedHead, lines: paddedFields },
  { isHead: isLoadFileHead, lines: quotedFields },
  { isHead: isSnapshotHead, lines: tarSnapshot },
]
const recordsOf = (head: Uint8Array) => records.find(({ isHead }) => isHead(head))

async function readSeparated({ source, path }: Content, decoding: Decoding): Promise<void> {
  const head = (await source.peekSome(headLength)).subarray(0, headLength)
  const known = recordsOf(head)
  const lines = known?.lines() ?? separatedLines(separatorOf(head)!)
  let produced = 0
  async function take(): Promise<Uint8Array | undefined> {
    const chunk = await source.take()
    if (chunk === undefined) {
      lines.end()
      return undefined
    }
    countProduced(decoding, chunk.length, path, produced)
    produced += chunk.length
    return lines.exchanged(chunk)
  }
  try {
    await readRaw({ take }, path, decoding, { kind: known === undefined ? 'any' : 'text' })
  } finally {
    const problem = lines.problem()
    if (problem !== undefined) addGap(decoding, { ...problem, path })
  }
}
