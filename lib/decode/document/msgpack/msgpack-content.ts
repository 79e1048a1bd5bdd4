import { streamReader } from '../../database/stream-reader.ts'
import { valueWriter } from '../../database/value-writer.ts'
import { type Decoding, stopOf } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { beginsWithMap } from './begins-with-map.ts'
import { msgpackValues } from './msgpack-values.ts'

/**
 * Values of MessagePack one behind the other, as buffers of Fluentd and Fluent Bit and files of programs have them. They have no magic number: as much of them as is at hand has to be arrays and
 * maps, and what is a text among their keys a name. Delivered as `values`, a row for each map, and `names` of their fields. The format has no end: a file that was cut off between two values looks complete, and what is no array or map is behind it.
 */
export const msgpack: Format = {
  name: 'msgpack',
  kind: 'table',
  isFormat: (head) => isContainer(head[0]!) && beginsWithMap(head),
  read: readMsgpack,
}

const isContainer = (byte: number) => (byte >= 0x80 && byte < 0xa0) || (byte >= 0xdc && byte < 0xe0)

async function readMsgpack({ source, path }: Content, decoding: Decoding): Promise<void> {
  const stream = streamReader(source, path, 'msgpack')
  const numbering = { values: 0 }
  const values = valueWriter('values', path, decoding, numbering)
  const names = valueWriter('names', path, decoding, numbering)
  const read = msgpackValues(
    stream,
    values,
    names,
    stopOf('msgpack', path, () => stream.offset),
  )
  let isComplete = false
  try {
    // What is no array or map does not belong to them: in ASCII, for one, each byte is a number.
    for (let first = await stream.next(); first !== undefined && isContainer(first); first = await stream.next())
      await read()
    isComplete = true
  } finally {
    stream.release()
    await values.end(isComplete)
    await names.end(isComplete)
  }
}
