import { lastKey, listProblemIn } from './byte-lists.ts'
import { characterListIn } from './character-lists.ts'
import { dumpIn } from './dump-lines.ts'
import type { EncodedProblem } from './encoded-check.ts'
import { encryptedFields } from './encrypted-fields.ts'
import type { Mark } from './mark.ts'
import { offsetLinesIn } from './offset-lines.ts'
import { compressedListIn, octalProblemIn, spelledFormats } from './spelled-formats.ts'

const lineStart = /(?:^|[\n\r\t"'>]|\\[nr]) {0,8}$/

const marks: readonly Mark[] = [
  {
    name: 'armour of PGP or age',
    key: Buffer.from('BEGIN '),
    mark: /^BEGIN (?:PGP MESSAGE|AGE ENCRYPTED)/,
    before: /-----$/,
    reason: 'encrypted',
  },
  {
    name: 'armour of Saltpack',
    key: Buffer.from('BEGIN '),
    mark: /^BEGIN (?:[A-Za-z0-9]{1,14} )?SALTPACK ENCRYPTED/,
    reason: 'encrypted',
  },
  { name: 'Ansible Vault', key: Buffer.from('$ANSIBLE_VAULT;'), mark: /^/, reason: 'encrypted' },
  {
    name: 'uuencode',
    key: Buffer.from('begin '),
    // Rights of a file, of which its owner has that to read: numbers in other texts are rounder.
    mark: /^begin (?:0|100)?(?:[67][0-7]{2}|4[04]{2}|5[045]{2}) +\S/,
    before: lineStart,
    reason: 'unsupported-format',
  },
  {
    name: 'yEnc',
    key: Buffer.from('begin '),
    mark: /^begin (?:line|part)=[0-9]/,
    before: /=y$/,
    reason: 'unsupported-format',
  },
  {
    name: 'binary patch of git',
    key: Buffer.from('GIT binary patch'),
    mark: /^GIT binary patch(?:[\r\n]|\\[nr])/,
    before: lineStart,
    reason: 'unsupported-format',
  },
  {
    // Pieces of a text that is too long for a literal are cut in words as well: Oracle has up to 4,000 bytes in each.
    name: 'text in pieces of TO_CLOB',
    key: Buffer.from('_CLOB('),
    mark: /^/,
    before: /\)\s{0,8}\|\|\s{0,8}TO$/i,
    reason: 'unsupported-format',
  },
  {
    // The same of H2, which numbers them from 0 on.
    name: 'large object of H2 in pieces',
    key: Buffer.from('_LOB_STREAM VALUES('),
    mark: /^_LOB_STREAM VALUES\(\d{1,9}, [1-9]/,
    before: /SYSTEM$/,
    reason: 'unsupported-format',
  },
  {
    // R keeps them in the bits of doubles, and writes these as such: `dput`, `dump`.
    name: 'whole numbers of R as doubles',
    key: Buffer.from('integer64'),
    mark: /^integer64\\*"/,
    before: /[\dA)],\s{0,16}class = (?:c\()?\\*"{1,2}$/,
    reason: 'unsupported-format',
  },
  {
    // The same of `saveRDS` and `save` in ASCII, in which a text stands in a line behind its length.
    name: 'whole numbers of R as doubles',
    key: Buffer.from('integer64'),
    mark: /^integer64\r?\n/,
    before: /\n9\r?\n$/,
    reason: 'unsupported-format',
  },
  {
    // A whole number as the bytes of its two's complement in base64: `Decimal` in JSON of Kafka Connect, with its schema.
    name: 'whole numbers of Kafka Connect in base64',
    key: Buffer.from('"parameters":{"scale":"0"'),
    mark: /^/,
    before: /Decimal","version":1,$/,
    samples: true,
    reason: 'unsupported-format',
  },
  {
    // The same in Debezium's `VariableScaleDecimal`, which numbers of Oracle without a precision are.
    name: 'whole numbers of Debezium in base64',
    key: Buffer.from('"scale":0,"valu'),
    mark: /^"scale":0,"value":"[A-Za-z0-9+/]{2,}/,
    samples: true,
    reason: 'unsupported-format',
  },
]

/** One search for all marks of a key. */
const searches = (some: readonly Mark[]) =>
  [...Map.groupBy(some, ({ key }) => key.toString('latin1'))].map(
    ([key, same]) => [Buffer.from(key, 'latin1'), same] as const,
  )
const byKey = searches(marks)
const fields = searches([...encryptedFields, ...spelledFormats])
/** One search for all of them. */
const anyField = new RegExp(fields.map(([key]) => key.toString()).join('|'))
const sampled = byKey.filter(([, some]) => some.some((each) => each.samples))
/** What all of them have; a search for their quotes alone would stop everywhere in JSON. */
const inSampled = 'cale":'
const whole = byKey.filter((each) => !sampled.includes(each))

/** Bytes that a mark needs, in front of it and of its own. */
const needed = 48
/** Of so many bytes of a content, the first ones that are a sample of them: a record with its schema may have 10 KiB. */
const samplePeriod = 2 ** 18
const sampleBytes = 2 ** 14
/** The same of names of what is encrypted, of which there are many: a sample costs as much as all other marks of the content. */
const fieldBytes = 2 ** 11

/** How many bytes of the sample that begins at `start` are looked at for these names: a content begins with what it says of itself. */
const fieldBytesAt = (start: number) => (start === 0 ? sampleBytes : fieldBytes)
const isInSample = (at: number) => at % samplePeriod < sampleBytes
const isInFieldSample = (at: number) => at % samplePeriod < fieldBytesAt(at - (at % samplePeriod))

function first(one: EncodedProblem | undefined, other: EncodedProblem | undefined): EncodedProblem | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return one.offset <= other.offset ? one : other
}

/** Looks for marks; both functions return the first that was found. */
export function markCheck() {
  /** The last bytes of what was written, and where they begin. */
  let tail: Buffer = Buffer.alloc(0)
  let offset = 0
  /** Whether they may have a name or spelled bytes; where the last bytes are all there is, that is known. */
  let mayHaveField = true
  /** The same of marks that the kernel knows. */
  let mayHaveWhole = true

  /** The first in these bytes, of whatever kind. */
  function look(
    bytes: Buffer,
    from: number,
    isEnd: boolean,
    keys = byKey,
    isSampled = isInSample,
  ): EncodedProblem | undefined {
    let first: EncodedProblem | undefined
    for (const [key, some] of keys) {
      for (let at = bytes.indexOf(key); at !== -1; at = bytes.indexOf(key, at + 1)) {
        // It is looked at again with what follows.
        if (!isEnd && at + needed > bytes.length) break
        const isFirst = from === 0 && at < needed
        const preceding = bytes.toString('latin1', Math.max(0, at - needed), at)
        const following = bytes.toString('latin1', at, at + needed)
        const found = some.find(
          ({ mark, before, samples }) =>
            (samples === undefined || isSampled(from + at)) &&
            mark.test(following) &&
            (before === undefined || before.test(isFirst ? preceding : `.${preceding}`)),
        )
        if (found === undefined) continue
        if (first === undefined || from + at < first.offset)
          first = { reason: found.reason, offset: from + at, detail: `expected no ${found.name} in text` }
        break
      }
    }
    return first
  }

  /** The same for names of what is encrypted, and for bytes that are spelled. */
  function lookAtFields(bytes: Buffer, from: number, isEnd: boolean): EncodedProblem | undefined {
    const text = bytes.toString('latin1')
    const octal = text.includes('\\') ? octalProblemIn(text, from) : undefined
    const listed =
      text.includes('[') || text.includes(lastKey)
        ? first(listProblemIn(text, from), characterListIn(text, from))
        : undefined
    const spelled = [octal, listed, compressedListIn(text, from), dumpIn(text, from), offsetLinesIn(text, from)].reduce(
      first,
    )
    const hasField = anyField.test(text)
    mayHaveField = hasField || spelled !== undefined
    return first(
      hasField ? look(bytes, from, isEnd, fields, isInFieldSample) : undefined,
      spelled !== undefined && isInFieldSample(spelled.offset) ? spelled : undefined,
    )
  }

  /** What begins in bytes that are looked at by themselves is told there, beside all else that is in their sample, once all is there that has to stand before it. */
  function lookAtSeam(seam: Buffer, isShort: boolean): EncodedProblem | undefined {
    const found = lookAtFields(seam, offset - tail.length, false)
    return isShort || found === undefined || found.offset < offset + needed ? found : undefined
  }

  /** The same for marks that are looked for in samples of the content. */
  function lookAtSamples(bytes: Buffer, from: number): EncodedProblem | undefined {
    for (let start = from - (from % samplePeriod); start < from + bytes.length; start += samplePeriod) {
      const begin = Math.max(0, start - from - needed)
      const sampleOf = (length: number) => bytes.subarray(begin, Math.max(begin, start - from + length + 3 * needed))
      const sample = sampleOf(sampleBytes)
      const found = first(
        sample.includes(inSampled) ? look(sample, from + begin, false, sampled) : undefined,
        lookAtFields(sampleOf(fieldBytesAt(start)), from + begin, false),
      )
      if (found !== undefined) return found
    }
    return undefined
  }

  return {
    /** `mayHaveKey`: whether any mark that the kernel knows may begin in these bytes, as far as they tell. */
    write(bytes: Uint8Array, mayHaveKey = true): EncodedProblem | undefined {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      const head = chunk.subarray(0, 3 * needed)
      const seam = tail.length === 0 ? head : Buffer.concat([tail, head])
      const isShort = chunk.length <= 3 * needed
      // What begins with these bytes has no seam.
      const atSeam =
        tail.length === 0 && !isShort
          ? undefined
          : first(look(seam, offset - tail.length, false), lookAtSeam(seam, isShort))
      const within = isShort
        ? undefined
        : first(mayHaveKey ? look(chunk, offset, false, whole) : undefined, lookAtSamples(chunk, offset))
      const problem = first(atSeam, within)
      if (!isShort) mayHaveField = true
      mayHaveWhole = isShort || mayHaveKey
      const last = isShort ? seam : chunk
      offset += chunk.length
      tail = Buffer.from(last.subarray(Math.max(0, last.length - 2 * needed)))
      return problem
    },
    end: () =>
      first(
        look(tail, offset - tail.length, true, mayHaveWhole ? byKey : sampled),
        mayHaveField ? lookAtFields(tail, offset - tail.length, true) : undefined,
      ),
    /** The last bytes of what was written, at least as many as a mark needs. */
    tail: (): Uint8Array => tail,
  }
}
