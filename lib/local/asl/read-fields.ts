import { MachineUnsupported } from '../../errors.ts'

export type Fields = Readonly<Record<string, unknown>>

/** An object of a definition that has no other than these fields: what we do not know we do not run. */
export function readFields(where: string, value: unknown, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new MachineUnsupported(`${where}: expected an object, got ${describe(value)}`)
  for (const field of Object.keys(value))
    if (!known.includes(field))
      throw new MachineUnsupported(`${where}: field "${field}": expected one of ${known.join(', ')}`)
  return value as Fields
}

export function readText(where: string, fields: Fields, field: string): string {
  const value = fields[field]
  if (typeof value !== 'string' || value === '') throw unexpected(where, field, 'a text', value)
  return value
}

export function readOneOf<T extends string>(where: string, fields: Fields, field: string, known: readonly T[]): T {
  const value = known.find((name) => name === fields[field])
  if (value === undefined) throw unexpected(where, field, known.join(' or '), fields[field])
  return value
}

/** A number of at least `least`; the default when the field is absent. */
export function readNumber(where: string, fields: Fields, field: string, least: number, absent: number): number {
  const value = fields[field] === undefined ? absent : fields[field]
  if (typeof value !== 'number' || !(value >= least)) throw unexpected(where, field, `a number from ${least}`, value)
  return value
}

export function readInteger(where: string, fields: Fields, field: string, least: number, absent: number): number {
  const value = readNumber(where, fields, field, least, absent)
  if (!Number.isInteger(value) && value !== absent) throw unexpected(where, field, 'an integer', value)
  return value
}

/** A list that is there and not empty. */
export function readList(where: string, fields: Fields, field: string): readonly unknown[] {
  const value = fields[field]
  if (!Array.isArray(value) || value.length === 0) throw unexpected(where, field, 'a list with members', value)
  return value
}

export function unexpected(where: string, field: string, expected: string, got: unknown): MachineUnsupported {
  return new MachineUnsupported(`${where}: field "${field}": expected ${expected}, got ${describe(got)}`)
}

const describe = (value: unknown) => (value === undefined ? 'none' : JSON.stringify(value))
