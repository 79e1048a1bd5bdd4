import { bigEndian } from '../writers/words.ts'

const pageSize = 4096
const usable = pageSize
/** Rows of a log are in one page each. */
const logPageSize = 32_768

/** How much of a payload beyond `usable - 35` bytes stays in its cell (file format, 1.6). */
function localSize(payload: number): number {
  if (payload <= usable - 35) return payload
  const least = Math.floor(((usable - 12) * 32) / 255) - 23
  const wanted = least + ((payload - least) % (usable - 4))
  return wanted <= usable - 35 ? wanted : least
}

/** A database of SQLite 3 with a table `t(v)`, in which each text is the value of a row; up to a MiB of them. */
export function writeSqlite(values: readonly Uint8Array[]): Buffer {
  const pages: Buffer[] = [Buffer.alloc(pageSize), Buffer.alloc(pageSize)]
  const leaves: { page: number; lastRow: number }[] = []
  let cells: Buffer[] = []
  let room = usable - 8
  let row = 0
  const endLeaf = (page: number) => {
    pages[page - 1] = tablePage(cells, 0)
    leaves.push({ page, lastRow: row })
    cells = []
    room = usable - 8
  }
  for (const value of values) {
    const { local, rest } = split(record([textType(value.length)], [value]))
    const head = Buffer.concat([varint(local.length + rest.length), varint(row + 1), local])
    if (room < head.length + 6) endLeaf(pages.push(Buffer.alloc(pageSize)))
    row += 1
    cells.push(rest.length === 0 ? head : Buffer.concat([head, bigEndian(pages.length + 1)]))
    room -= cells.at(-1)!.length + 2
    for (let at = 0; at < rest.length; at += usable - 4) {
      const piece = rest.subarray(at, at + usable - 4)
      const next = at + piece.length < rest.length ? pages.length + 2 : 0
      pages.push(Buffer.concat([bigEndian(next), piece, Buffer.alloc(usable - 4 - piece.length)]))
    }
  }
  if (leaves.length === 0) endLeaf(2)
  else {
    endLeaf(pages.push(Buffer.alloc(pageSize)))
    pages[1] = interiorPage(leaves)
  }
  const sql = Buffer.from('CREATE TABLE t(v TEXT)')
  const text = [Buffer.from('table'), Buffer.from('t'), Buffer.from('t')]
  const schema = record(
    [...text.map(({ length }) => textType(length)), 1, textType(sql.length)],
    [...text, Buffer.from([2]), sql],
  )
  pages[0] = tablePage([Buffer.concat([varint(schema.length), varint(1), schema])], 100)
  writeHeader(pages[0], pages.length)
  return Buffer.concat(pages)
}

/** A write-ahead log of such a database, which adds these rows to its table. */
export function writeSqliteWal(values: readonly Uint8Array[]): Buffer {
  const header = bigEndian(0x377f0682, 3_007_000, logPageSize, 0, 17, 18)
  let sum = checksum(header, [0, 0])
  const parts = [header, bigEndian(...sum)]
  for (const page of leavesOf(values)) {
    const head = bigEndian(2, 2)
    sum = checksum(page, checksum(head, sum))
    parts.push(head, header.subarray(16), bigEndian(...sum), page)
  }
  return Buffer.concat(parts)
}

/** A rollback journal of such a database, whose table had these rows before. */
export function writeSqliteJournal(values: readonly Uint8Array[]): Buffer {
  const pages = leavesOf(values)
  const header = bigEndian(0xd9d505f9, 0x20a163d7, pages.length, 17, 2, 512, logPageSize)
  const records = pages.flatMap((page) => {
    let sum = 17
    for (let at = page.length - 200; at > 0; at -= 200) sum += page[at]!
    return [bigEndian(2), page, bigEndian(sum)]
  })
  return Buffer.concat([header, Buffer.alloc(512 - header.length), ...records])
}

function leavesOf(values: readonly Uint8Array[]): Buffer[] {
  const leaves: Buffer[] = []
  let cells: Buffer[] = []
  let room = logPageSize - 8
  for (const [index, value] of values.entries()) {
    const row = record([textType(value.length)], [value])
    const cell = Buffer.concat([varint(row.length), varint(index + 1), row])
    if (room < cell.length + 2) {
      leaves.push(tablePage(cells, 0, logPageSize))
      cells = []
      room = logPageSize - 8
    }
    cells.push(cell)
    room -= cell.length + 2
  }
  return [...leaves, tablePage(cells, 0, logPageSize)]
}

/** The checksum of a write-ahead log (file format, 4.2) in little endian. */
function checksum(bytes: Buffer, sum: readonly number[]): number[] {
  let [first = 0, second = 0] = sum
  for (let at = 0; at < bytes.length; at += 8) {
    first = (first + bytes.readUInt32LE(at) + second) >>> 0
    second = (second + bytes.readUInt32LE(at + 4) + first) >>> 0
  }
  return [first, second]
}

const textType = (length: number) => 13 + 2 * length

function split(payload: Buffer): { local: Buffer; rest: Buffer } {
  const size = localSize(payload.length)
  return { local: payload.subarray(0, size), rest: payload.subarray(size) }
}

function record(types: number[], values: Uint8Array[]): Buffer {
  const header = Buffer.concat(types.map(varint))
  return Buffer.concat([varint(header.length + 1), header, ...values])
}

/** A leaf of a table, its cells packed at its end. `headerAt`: where its header is. */
function tablePage(cells: Buffer[], headerAt: number, pageSize = usable): Buffer {
  const page = Buffer.alloc(pageSize)
  let content = pageSize
  page[headerAt] = 13
  page.writeUInt16BE(cells.length, headerAt + 3)
  for (const [index, cell] of cells.entries()) {
    content -= cell.length
    cell.copy(page, content)
    page.writeUInt16BE(content, headerAt + 8 + 2 * index)
  }
  page.writeUInt16BE(content, headerAt + 5)
  return page
}

/** The page above all leaves of the table. */
function interiorPage(leaves: { page: number; lastRow: number }[]): Buffer {
  const page = Buffer.alloc(pageSize)
  const cells = leaves.slice(0, -1).map(({ page, lastRow }) => Buffer.concat([bigEndian(page), varint(lastRow)]))
  let content = usable
  page[0] = 5
  page.writeUInt16BE(cells.length, 3)
  for (const [index, cell] of cells.entries()) {
    content -= cell.length
    cell.copy(page, content)
    page.writeUInt16BE(content, 12 + 2 * index)
  }
  page.writeUInt16BE(content, 5)
  page.writeUInt32BE(leaves.at(-1)!.page, 8)
  return page
}

function writeHeader(page: Buffer, count: number): void {
  page.write('SQLite format 3\0', 0, 'latin1')
  page.writeUInt16BE(pageSize, 16)
  page.set([1, 1, 0, 64, 32, 32], 18)
  // File change counter, which the last field but one repeats.
  for (const at of [24, 92]) page.writeUInt32BE(1, at)
  page.writeUInt32BE(count, 28)
  // Schema cookie, schema format 4, UTF-8, the library's version.
  for (const [at, value] of [
    [40, 1],
    [44, 4],
    [56, 1],
    [96, 3_040_000],
  ] as const)
    page.writeUInt32BE(value, at)
}

/** Big endian, seven bits a byte (file format, 1.6). */
function varint(value: number): Buffer {
  const bytes = [value & 0x7f]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest & 0x7f) | 0x80)
  return Buffer.from(bytes)
}
