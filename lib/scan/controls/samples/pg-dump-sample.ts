import { deflateSync } from 'node:zlib'

/** An archive of pg_dump in its custom format (version 1.14) with one table, whose data is this document. */
export function writePgDump(document: Uint8Array): Buffer {
  // Of 1999: numbers of three digits may be somebody's.
  const date = [0, 0, 12, 1, 0, 99, 0].map(int)
  const about = [int(-1), ...date, text('d'), text('15.0'), text('15.0')]
  const statement = text('COPY public.t (v) FROM stdin;\n')
  const entry = [
    ...[int(1), int(1), text('0'), text('0'), text('t'), text('TABLE DATA'), int(3)],
    ...[text(''), text(''), statement, text('public'), int(-1), int(-1), text('o'), text('false'), int(-1)],
    ...[Buffer.from([1]), Buffer.alloc(8)],
  ]
  const data = deflateSync(document)
  const header = Buffer.from('PGDMP\x01\x0e\x00\x04\x08\x01', 'latin1')
  return Buffer.concat([header, ...about, int(1), ...entry, Buffer.from([1]), int(1), int(data.length), data, int(0)])
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes[0] = value < 0 ? 1 : 0
  bytes.writeUInt32LE(Math.abs(value), 1)
  return bytes
}

function text(value: string): Buffer {
  return Buffer.concat([int(value.length), Buffer.from(value)])
}
