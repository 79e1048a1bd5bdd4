import type { FormatPlace, ValueKind } from '../../format-place.ts'
import { valueKinds } from '../../format-place.ts'
import type { PlaceOfRow } from '../row-writer.ts'

/** Marks rows of values with where they are: of which kind of value, which item of a list, which field of a hash. */
export type ValuePlaces = {
  of(kind: ValueKind): number
  /** `number`: from 0 on. */
  item(number: number): number
  /** A row with the name of a field in the cell `at` and its value behind that. `number`: from 1 on; `name`: absent, if it is too long to be shown. */
  field(field: HashField): number
  readonly placeOf: PlaceOfRow
}

export type HashField = { readonly number: number; readonly name: string | undefined; readonly at: number }

/** Fields that are kept in mind: more than there are in the rows that somebody asks about, unless they have no names and no values. */
const mostFields = 2 ** 16
/** Of a row what it is in, and of that which one. */
const mostKinds = 16

export function valuePlaces(): ValuePlaces {
  const fields: HashField[] = []
  let count = 0
  const mark = (kind: ValueKind, number = 0) => number * mostKinds + valueKinds.indexOf(kind) + 1

  function inHash(number: number, cell: number | undefined): Pick<FormatPlace, 'field' | 'isName'> {
    const kept = number > count - mostFields ? fields[number % mostFields] : undefined
    if (kept === undefined || cell === undefined) return {}
    if (cell === kept.at) return { field: [{ member: kept.number, name: '' }], isName: true }
    return cell === kept.at + 1 ? { field: [{ member: kept.number, name: kept.name ?? '' }] } : {}
  }

  return {
    of: (kind) => mark(kind),
    item: (number) => mark('list', number),
    field(field) {
      count += 1
      fields[count % mostFields] = field
      return mark('hash', count)
    },
    placeOf(row, cell) {
      const valueKind = valueKinds[(row % mostKinds) - 1]!
      const number = Math.floor(row / mostKinds)
      if (valueKind === 'list') return { valueKind, field: [{ item: number }] }
      return { valueKind, ...(valueKind === 'hash' && number > 0 && inHash(number, cell)) }
    },
  }
}
