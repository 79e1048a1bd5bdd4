import type { EncodedProblem } from './encoded-check.ts'

/**
 * First lines of what is encrypted or encoded inside of text: a rare beginning to search for, what it has to go on like, and what precedes it.
 * The text kernel knows the beginnings as well.
 */
type Mark = {
  name: string
  key: Buffer
  mark: RegExp
  before?: RegExp
  reason: 'encrypted' | 'unsupported-format'
}

const marks: readonly Mark[] = [
  {
    name: 'armour of PGP or age',
    key: Buffer.from('BEGIN '),
    mark: /^BEGIN (?:PGP MESSAGE|AGE ENCRYPTED)/,
    before: /-----$/,
    reason: 'encrypted',
  },
  { name: 'Ansible Vault', key: Buffer.from('$ANSIBLE_VAULT;'), mark: /^/, reason: 'encrypted' },
  {
    name: 'uuencode',
    key: Buffer.from('begin '),
    mark: /^begin [67][0-7]{2} +\S/,
    before: /(?:^|[\n\r\t"'>]|\\[nr]) {0,8}$/,
    reason: 'unsupported-format',
  },
]

/** Bytes that a mark needs, in front of it and of its own. */
const needed = 32

/** Looks for marks; both functions return the first that was found. */
export function markCheck() {
  /** The last bytes of what was written, and where they begin. */
  let tail: Buffer = Buffer.alloc(0)
  let offset = 0

  /** The first in these bytes, of whatever kind. */
  function look(bytes: Buffer, from: number, isEnd: boolean): EncodedProblem | undefined {
    let first: EncodedProblem | undefined
    for (const { name, key, mark, before, reason } of marks)
      for (let at = bytes.indexOf(key); at !== -1; at = bytes.indexOf(key, at + 1)) {
        // It is looked at again with what follows.
        if (!isEnd && at + needed > bytes.length) break
        const isFirst = from === 0 && at < needed
        const preceding = bytes.toString('latin1', Math.max(0, at - needed), at)
        if (!mark.test(bytes.toString('latin1', at, at + needed))) continue
        if (before !== undefined && !before.test(isFirst ? preceding : `.${preceding}`)) continue
        if (first === undefined || from + at < first.offset)
          first = { reason, offset: from + at, detail: `expected no ${name} in text` }
        break
      }
    return first
  }

  return {
    /** `mayHaveKey`: whether any mark may begin in these bytes, as far as they tell. */
    write(bytes: Uint8Array, mayHaveKey = true): EncodedProblem | undefined {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      const seam = Buffer.concat([tail, chunk.subarray(0, 3 * needed)])
      const isShort = chunk.length <= 3 * needed
      const isKnown = isShort || !mayHaveKey
      const problem = look(seam, offset - tail.length, false) ?? (isKnown ? undefined : look(chunk, offset, false))
      const last = isShort ? seam : chunk
      offset += chunk.length
      tail = Buffer.from(last.subarray(Math.max(0, last.length - 2 * needed)))
      return problem
    },
    end: () => look(tail, offset - tail.length, true),
  }
}
