import type { Decoding } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { valueWriter } from '../value-writer.ts'
import { rdbReader } from './rdb-reader.ts'
import { rdbValues } from './rdb-values.ts'
import { valuePlaces } from './value-places.ts'

const opcode = {
  slotInfo: 0xf4,
  function: 0xf5,
  moduleAux: 0xf7,
  idle: 0xf8,
  frequency: 0xf9,
  aux: 0xfa,
  resize: 0xfb,
  expireMilliseconds: 0xfc,
  expireSeconds: 0xfd,
  select: 0xfe,
  end: 0xff,
} as const

/**
 * Snapshots of Redis (rdb.h, versions 1 to 12). Contents: `keys` with the times when they expire, `values` in rows of their elements, and
 * `aux` for what is said of the snapshot, functions and numbers of databases. What follows the end, as in an append-only
 * file, stays in the source.
 */
export const redisRdb: Format = {
  name: 'redis-rdb',
  kind: 'table',
  isFormat: (head) =>
    head.length > 9 &&
    head[0] === 0x52 &&
    Buffer.from(head.subarray(0, 9))
      .toString('latin1')
      .match(/^REDIS\d{4}$/) !== null &&
    // A text may begin like that; after the version a snapshot goes on with a byte that no text has, or with a short key.
    (head[9]! >= opcode.slotInfo || head[9]! < 9),
  read: readRdb,
}

async function readRdb({ source, path }: Content, decoding: Decoding): Promise<void> {
  const reader = rdbReader(source, path)
  const numbering = { values: 0 }
  const places = valuePlaces()
  const [keyOut, auxOut] = [
    valueWriter('keys', path, decoding, numbering),
    valueWriter('aux', path, decoding, numbering),
  ]
  const valueOut = valueWriter('values', path, decoding, numbering, places.placeOf)
  const keys = rdbValues(reader, keyOut, path, decoding, numbering)
  const values = rdbValues(reader, valueOut, path, decoding, numbering, places)
  const aux = rdbValues(reader, auxOut, path, decoding, numbering)
  const number = async () => String(await reader.length())

  let isComplete = false
  try {
    const version = Number(
      Buffer.from(await reader.stream.take(9))
        .toString('latin1')
        .slice(5),
    )
    for (;;) {
      const code = await reader.byte()
      if (code === opcode.end) break
      else if (code === opcode.aux) {
        const name = await reader.string()
        await aux.row([name instanceof Uint8Array ? Buffer.from(name) : name])
        await aux.row([await reader.string()])
      } else if (code === opcode.function) await aux.row([await reader.string()])
      else if (code === opcode.select) await aux.row([await number()])
      else if (code === opcode.resize) await aux.row([await number(), await number()])
      else if (code === opcode.slotInfo) await aux.row([await number(), await number(), await number()])
      else if (code === opcode.idle) await aux.row([await number()])
      else if (code === opcode.frequency) await aux.row([String(await reader.byte())])
      else if (code === opcode.moduleAux) {
        await aux.row([await number()])
        await aux.readModule()
      } else if (code === opcode.expireMilliseconds) await keys.row([await reader.int64()])
      else if (code === opcode.expireSeconds)
        await keys.row([String(Buffer.from(await reader.stream.take(4)).readUInt32LE(0))])
      else if (code >= opcode.slotInfo) throw reader.stop('unsupported-format', 'a known operation')
      else {
        await keys.row([await reader.string()])
        await values.read(code)
      }
    }
    if (version >= 5 && !(await reader.checksumMatches())) throw reader.stop('corrupt', 'the checksum to match')
    isComplete = true
  } finally {
    reader.stream.release()
    for (const out of [keyOut, valueOut, auxOut]) await out.end(isComplete)
  }
}
