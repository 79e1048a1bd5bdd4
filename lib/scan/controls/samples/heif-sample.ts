export const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex')

export function heifBox(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + body.length)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, body])
}

/** A picture of one grey pixel in AV1, as libavif writes it: units of a delimiter, a sequence and a frame. */
export const onePixel = hex('1200 0a07 18000698086835 320d1ff515dffe2cfc9035916e5c70')

/** An item beside the picture: its type, what else is told of it, and its data. */
export type HeifItem = { type: string; told?: string; data: Uint8Array }

/** A picture of one pixel in AVIF with these items, whose first is the picture; `boxes` stand behind the others of the description, and `properties` behind its own. */
export function heifOf(
  items: readonly HeifItem[],
  {
    boxes = [],
    properties = [],
    behind = [],
  }: Partial<Record<'boxes' | 'properties' | 'behind', readonly Uint8Array[]>> = {},
): Buffer {
  const brands = heifBox('ftyp', Buffer.from('avif\0\0\0\0avifmif1miaf'))
  const infos = items.map(({ type, told = '' }, index) =>
    heifBox('infe', hex('02000000 00'), Buffer.from([index + 1, 0, 0]), Buffer.from(`${type}\0${told}`, 'latin1')),
  )
  const metaOf = (at: number) => {
    let from = at
    const places = items.map(({ data }, index) => {
      const place = Buffer.alloc(14)
      place.writeUInt16BE(index + 1)
      place.writeUInt16BE(1, 4)
      place.writeUInt32BE(from, 6)
      place.writeUInt32BE(data.length, 10)
      from += data.length
      return place
    })
    return heifBox(
      'meta',
      Buffer.alloc(4),
      heifBox('hdlr', Buffer.alloc(8), Buffer.from('pict'), Buffer.alloc(13)),
      heifBox('pitm', hex('00000000 0001')),
      heifBox('iloc', hex('00000000 4400 00'), Buffer.from([items.length]), ...places),
      heifBox('iinf', hex('00000000 00'), Buffer.from([items.length]), ...infos),
      heifBox(
        'iprp',
        heifBox(
          'ipco',
          heifBox('ispe', hex('00000000 00000001 00000001')),
          heifBox('pixi', hex('00000000 01 08')),
          heifBox('av1C', hex('81001c00')),
          ...properties,
        ),
        heifBox('ipma', hex('00000000 00000001 0001 03 01 02 83')),
      ),
      ...boxes,
    )
  }
  const at = brands.length + metaOf(0).length + 8
  return Buffer.concat([brands, metaOf(at), heifBox('mdat', ...items.map(({ data }) => data)), ...behind])
}

/** A picture of one pixel in AVIF, with a document where its XMP is. */
export function writeHeif(document: Uint8Array): Buffer {
  return heifOf([
    { type: 'av01', data: onePixel },
    { type: 'mime', told: 'application/rdf+xml\0', data: document },
  ])
}
