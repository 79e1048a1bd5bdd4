/** Tar headers and members written by hand, for what no tool writes. */

export type TarFields = {
  name?: string | Buffer
  data?: Buffer | string
  type?: string
  /** The size's field, or else that of the data. */
  size?: Buffer | string
  link?: string
  magic?: string
  prefix?: string
  uid?: string | Buffer
  padding?: string
  /** As some old tars computed it, of bytes with a sign. */
  signedChecksum?: boolean
  /** Anything else, by its place in the header. */
  at?: Record<number, string | Buffer>
}

const block = 512

export const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`

/** A number as GNU tar writes one that octal digits have no room for. */
export function base256(value: bigint, length = 12): Buffer {
  const field = Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex')
  field[0]! |= 0x80
  return field
}

export function tarMember(fields: TarFields): Buffer {
  const { name = 'a', data = '', type = '0', link = '', magic = 'ustar\x0000', prefix = '' } = fields
  const bytes = Buffer.from(data)
  const header = Buffer.alloc(block)
  const put = (at: number, value: string | Buffer) => Buffer.from(value as string, 'latin1').copy(header, at)
  put(0, name)
  put(100, octal(0o644, 8))
  put(108, fields.uid ?? octal(1000, 8))
  put(116, octal(1000, 8))
  put(124, fields.size ?? octal(bytes.length, 12))
  put(136, octal(1_700_000_000, 12))
  put(148, '        ')
  put(156, type)
  put(157, link)
  put(257, magic)
  put(345, prefix)
  for (const [at, value] of Object.entries(fields.at ?? {})) put(Number(at), value)
  if (fields.at?.[148] === undefined) {
    const sum = header.reduce((total, byte) => total + (fields.signedChecksum ? (byte << 24) >> 24 : byte), 0)
    put(148, `${sum.toString(8).padStart(6, '0')}\0 `)
  }
  const padding = Buffer.alloc((block - (bytes.length % block)) % block)
  padding.write(fields.padding ?? '')
  return Buffer.concat([header, bytes, padding])
}

export const tarEnd = Buffer.alloc(2 * block)

export const tarOf = (...members: TarFields[]): Buffer => Buffer.concat([...members.map(tarMember), tarEnd])

/** A record of an extended header, with its own length. */
function paxRecord(key: string, value: string | Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value as string), Buffer.from('\n')])
  let length = body.length + 1
  while (String(length).length + body.length !== length) length = String(length).length + body.length
  return Buffer.concat([Buffer.from(String(length)), body])
}

export const paxHeader = (records: Record<string, string | Buffer>, type = 'x'): TarFields => ({
  name: 'PaxHeaders/a',
  type,
  data: Buffer.concat(Object.entries(records).map(([key, value]) => paxRecord(key, value))),
})
