import { code64 } from './escape-syntax.ts'
import type { Form, FormFinder, FormTools } from './form.ts'
import { listOf } from './spots.ts'
import { createUuidLookup, storedOrders, uuidBytes } from './stored-uuid.ts'

/** Characters of 16 bytes, without the two signs of padding behind them (RFC 4648, sections 4 and 5). */
const characters = 22
const padding = '=='
const sign = 0x3d

/**
 * Finds UUIDs of 16 bytes in base64 with its padding, as JSON of MongoDB, DynamoDB and BigQuery has binary values. They are the last
 * bytes of whatever is encoded, so what is in front of them does not matter.
 */
function createBase64Uuid({ index }: FormTools): FormFinder | undefined {
  const lookUp = createUuidLookup(index)
  if (lookUp === undefined) return undefined

  return (region, report) => {
    const { buffer, to } = region
    const look = (at: number): void => {
      const start = at - characters
      if (start < 0 || at + 1 >= to || buffer[at + 1] !== sign) return
      for (let place = start; place < at; place++) if (code64[buffer[place]!] === 0) return
      const bytes = Buffer.from(buffer.toString('latin1', start, at), 'base64')
      if (bytes.length !== uuidBytes) return
      for (const ordinal of lookUp(bytes, 0)) report(ordinal, start, at + padding.length, base64Uuid.name)
    }

    const places = listOf(region, 'base64-uuid')
    if (places !== undefined) for (const place of places) look(place)
    else for (let at = buffer.indexOf(padding); at !== -1 && at < to; at = buffer.indexOf(padding, at + 1)) look(at)
  }
}

export const base64Uuid: Form = {
  name: 'base64-uuid',
  summary: 'UUIDs in 16 bytes in base64 with its padding, in the order of RFC 9562, of GUIDs, of Java or of MySQL',
  nests: true,
  finder: createBase64Uuid,
  spell: (text, shape) => {
    const digits = text.replaceAll('-', '')
    if (shape !== 'uuid' || digits.length !== 2 * uuidBytes) return []
    const stored = storedOrders(Buffer.from(digits, 'hex'))
    return stored.flatMap((bytes) => [
      Buffer.from(bytes.toString('base64')),
      Buffer.from(`${bytes.toString('base64url')}${padding}`),
    ])
  },
}
