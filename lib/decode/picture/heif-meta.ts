import { isZeros } from '../zeros.ts'
import { boxesOf, type Fields, fieldsOf } from './heif-boxes.ts'
import { readPlaces } from './heif-places.ts'
import { readProperties } from './heif-properties.ts'
import { type BoxReader, type Meta, readBox, readBoxes, versionOf } from './heif-reader.ts'
import type { Metadata } from './metadata.ts'

/** Reads the box that says what is in a file (ISO/IEC 14496-12, 8.11). */
export async function readMeta(body: Buffer, metadata: Metadata): Promise<Meta> {
  const meta: Meta = {
    items: [],
    places: new Map(),
    lengthSize: 4,
    references: [],
    named: new Set(),
    groups: new Set(),
    data: Buffer.alloc(0),
  }
  const read: BoxReader = async (fields) => {
    versionOf(fields, metadata)
    await readBoxes(fields.rest(), readers, metadata, meta)
  }
  await readBox({ type: 'meta', body, from: 0 }, read, metadata, meta)
  return meta
}

const handler: BoxReader = async (fields, metadata) => {
  versionOf(fields, metadata)
  const before = fields.bytes(4)
  await metadata.text(fields.bytes(4))
  if (!isZeros(before) || !isZeros(fields.bytes(12))) metadata.gap('corrupt', 'expected reserved fields that are zero')
  await metadata.text(fields.text())
  // Some end it twice.
  if (!isZeros(fields.rest())) metadata.gap('corrupt', 'expected a name and nothing else')
}

/** Where media data is, if it is not in the file: each entry says that it is. */
const dataReferences: BoxReader = (fields, metadata, meta) =>
  readBoxes(
    fields.rest(),
    {
      dref: async (fields) => {
        versionOf(fields, metadata)
        if (fields.uint(4) > 1) metadata.gap('unsupported-format', 'expected all of a picture in its file')
        const isHere = (entry: Fields) =>
          void (entry.uint(4) === 1 || metadata.gap('unsupported-format', 'expected all of a picture in its file'))
        await readBoxes(fields.rest(), { 'url ': isHere }, metadata, meta)
      },
    },
    metadata,
    meta,
  )

const primary: BoxReader = async (fields, metadata, meta) => {
  const id = fields.uint(versionOf(fields, metadata, 1) === 0 ? 2 : 4)
  meta.named.add(id)
  await metadata.numbers([id])
}

const itemInfos: BoxReader = async (fields, metadata, meta) => {
  const count = fields.uint(versionOf(fields, metadata, 2) === 0 ? 2 : 4)
  await readBoxes(fields.rest(), { infe: itemInfo }, metadata, meta)
  if (meta.items.length !== count) metadata.gap('corrupt', 'expected as many items as it says')
}

/** ISO/IEC 14496-12, 8.11.6: the type of an item, its name, and for some what it is. */
const itemInfo: BoxReader = async (fields, metadata, meta) => {
  // A flag says that it is not to be shown by itself.
  const version = versionOf(fields, metadata, 3, 1)
  const id = fields.uint(version === 3 ? 4 : 2)
  if (fields.uint(2) !== 0) metadata.gap('encrypted', 'expected items without protection')
  const type = version < 2 ? 'mime' : fields.bytes(4).toString('latin1')
  const texts = [fields.text()]
  while (fields.left() > 0 && (type === 'mime' || type === 'uri ') && texts.length < 3) texts.push(fields.text())
  await metadata.numbers([id])
  for (const text of [Buffer.from(type, 'latin1'), ...texts]) await metadata.text(text)
  const [contentType = '', encoding = ''] = texts.slice(1).map((text) => text.toString('latin1'))
  meta.items.push({ id, type, contentType, encoding })
}

/** ISO/IEC 14496-12, 8.11.12: which item has to do with which. */
const itemReferences: BoxReader = async (fields, metadata, meta) => {
  const size = versionOf(fields, metadata, 1) === 0 ? 2 : 4
  for (const { type, body } of boxesOf(fields.rest())) {
    const reference = fieldsOf(body)
    const from = reference.uint(size)
    const to = reference.uints(reference.uint(2), size)
    if (reference.left() > 0) throw new RangeError('expected references and nothing else')
    await metadata.text(Buffer.from(type, 'latin1'))
    await metadata.numbers([from, ...to])
    meta.references.push({ type, from, to })
    for (const id of [from, ...to]) meta.named.add(id)
  }
}

/** Entities that belong together (ISO/IEC 23008-12, 6.8), of kinds that say no more than which. */
const groups: BoxReader = async (fields, metadata, meta) => {
  const group: BoxReader = async (fields) => {
    versionOf(fields, metadata)
    const [group, count] = [fields.uint(4), fields.uint(4)]
    const ids = fields.uints(count, 4)
    for (const id of ids) meta.named.add(id)
    meta.groups.add(group)
    await metadata.numbers([group, ...ids])
  }
  await readBoxes(fields.rest(), { altr: group, ster: group, eqiv: group, tsyn: group, brst: group }, metadata, meta)
}

const readers: Readonly<Record<string, BoxReader>> = {
  hdlr: handler,
  dinf: dataReferences,
  pitm: primary,
  iinf: itemInfos,
  iref: itemReferences,
  iloc: readPlaces,
  iprp: readProperties,
  grpl: groups,
  idat(fields, metadata, meta) {
    if (meta.data.length > 0) metadata.gap('corrupt', 'expected one box of data')
    meta.data = fields.rest()
  },
}
