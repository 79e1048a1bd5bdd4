import { alphanumeric, code64, tableOf } from '../../finders/alphabets.ts'
import { createUuidLookup, storedOrders, uuidBytes } from '../../finders/stored-uuid.ts'
import type { Form, FormFinder, FormTools } from '../form.ts'
import { numberGlue } from '../numbers/number-finder.ts'
import { listOf } from '../spots.ts'
import { uuidCharacters } from './code-finder.ts'

const padding = '=='
const sign = 0x3d

/** The last of them: four of its bits stand for nothing and are zeros (section 3.5). */
const lastOfUuid = tableOf('AQgw')

/**
 * Finds UUIDs of 16 bytes in base64. With padding, as JSON of MongoDB, DynamoDB and BigQuery has binary values, they are the last
 * bytes of whatever is encoded, so what is in front of them does not matter. Without it, as in addresses and JSON of programs, no letter or digit
 * stands beside them; of `-`, `_`, `/` and `+` nobody knows whether they are of the text or around it.
 */
function createBase64Uuid({ index }: FormTools): FormFinder | undefined {
  const lookUp = createUuidLookup(index)
  if (lookUp === undefined) return undefined

  return (region, report) => {
    const { buffer, to } = region
    const look = (at: number): void => {
      const start = at - uuidCharacters
      if (start < 0 || at > to || lastOfUuid[buffer[at - 1]!] === 0) return
      if (at < to && alphanumeric[buffer[at]!] === 1) return
      for (let place = start; place < at; place++) if (code64[buffer[place]!] === 0) return
      const isPadded = at + 1 < to && buffer[at] === sign && buffer[at + 1] === sign
      if (!isPadded && start > 0 && alphanumeric[buffer[start - 1]!] === 1 && !numberGlue.ends(buffer, start)) return
      const bytes = Buffer.from(buffer.toString('latin1', start, at), 'base64')
      const end = isPadded ? at + padding.length : at
      for (const ordinal of lookUp(bytes, 0)) report(ordinal, start, end, base64Uuid.name)
    }

    const places = listOf(region, 'base64-uuid')
    if (places !== undefined) for (const place of places) look(place)
    else for (let at = uuidCharacters; at <= to; at++) if (lastOfUuid[buffer[at - 1]!] === 1) look(at)
  }
}

export const base64Uuid: Form = {
  name: 'base64-uuid',
  summary: 'UUIDs in 16 bytes in base64 of either alphabet, in the order of RFC 9562, of GUIDs, of Java or of MySQL',
  nests: true,
  finder: createBase64Uuid,
  spell: (text, shape) => {
    const digits = text.replaceAll('-', '')
    if (shape !== 'uuid' || digits.length !== 2 * uuidBytes) return []
    const stored = storedOrders(Buffer.from(digits, 'hex'))
    return stored.flatMap((bytes) => [
      Buffer.from(bytes.toString('base64')),
      Buffer.from(bytes.toString('base64url')),
      Buffer.from(`${bytes.toString('base64url')}${padding}`),
    ])
  },
}
