import { headLength, knownFormatOf } from '../checks/known-formats.ts'
import { addGap, countProduced, type Decoding } from '../decoding.ts'
import type { Content, Format } from '../format.ts'
import { readRaw } from '../raw-content.ts'
import { auditLines, isAuditHead } from './audit-lines.ts'
import { isSeparatedHead, separatorOf } from './separated-head.ts'
import { separatedLines } from './separated-lines.ts'

/**
 * Tables whose fields are apart by ^A, as Hive and Impala write them (^B between the items of a list, ^C behind a key), or by the unit separator. Delivered
 * with a form feed in the place of each, which is in no identifier, number or form: offsets and lines stay what they are. Binary records have such bytes as
 * lengths, types and numbers, so all of it is held to the rules of such a table, and the first line that is none is a gap. So are logs of Linux's audit daemon, which
 * have a group separator in each record.
 */
export const separated: Format = {
  name: 'separated',
  kind: 'table',
  isFormat: (head) => isAuditHead(head) || (isSeparatedHead(head) && knownFormatOf(head) === undefined),
  read: readSeparated,
}

async function readSeparated({ source, path }: Content, decoding: Decoding): Promise<void> {
  const head = (await source.peekSome(headLength)).subarray(0, headLength)
  const isAudit = isAuditHead(head)
  const lines = isAudit ? auditLines() : separatedLines(separatorOf(head)!)
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
    await readRaw({ take }, path, decoding, { kind: isAudit ? 'text' : 'any' })
  } finally {
    const problem = lines.problem()
    if (problem !== undefined) addGap(decoding, { ...problem, path })
  }
}
