import { corrupt } from '../column-fault.ts'
import {
  type AvroType,
  array,
  boolean,
  bound,
  bytes,
  decimal,
  double,
  duration,
  enumeration,
  fixed,
  fixedUuid,
  float,
  int,
  long,
  map,
  nothing,
  record,
  text,
  union,
} from './avro-values.ts'
import { isBoundField } from './iceberg-bounds.ts'

const primitives: Readonly<Record<string, AvroType>> = {
  null: nothing,
  boolean,
  int,
  long,
  float,
  double,
  bytes,
  string: text,
}

const maxDepth = 100

/** The type that a schema describes (Avro specification, "Schema Declaration"). `json`: its text; `mayHaveBytes`: whether bounds of Iceberg may be any bytes. @throws ColumnFault */
export function typeOfSchema(json: string, mayHaveBytes: boolean): AvroType {
  const named = new Map<string, AvroType>()
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    throw corrupt('avro: expected a schema in JSON')
  }
  return typeOf(parsed, '', 0)

  function typeOf(schema: unknown, space: string, depth: number): AvroType {
    if (depth > maxDepth) throw corrupt(`avro: expected at most ${maxDepth} types inside each other`)
    if (typeof schema === 'string') return primitiveOf(schema) ?? namedType(schema, space)
    if (Array.isArray(schema)) return union(schema.map((each) => typeOf(each, space, depth + 1)))
    if (typeof schema !== 'object' || schema === null) throw corrupt('avro: expected a type')
    const type = schema as Record<string, unknown>
    switch (type.type) {
      case 'record':
      case 'error':
        return recordOf(type, space, depth)
      case 'enum':
        return keep(type, space, enumeration(textsOf(type.symbols)))
      case 'fixed':
        return keep(type, space, fixedOf(type))
      case 'array':
        return array(typeOf(type.items, space, depth + 1))
      case 'map':
        return map(typeOf(type.values, space, depth + 1))
      case 'bytes':
        return type.logicalType === 'decimal' ? decimal(scaleOf(type)) : bytes
      default:
        return typeOf(type.type, space, depth + 1)
    }
  }

  function recordOf(type: Record<string, unknown>, space: string, depth: number): AvroType {
    const { fields } = type
    if (!Array.isArray(fields)) throw corrupt('avro: expected the fields of a record')
    const types: AvroType[] = []
    // Known under its name before its fields are, which may be of its own type.
    const names = fields.map((field: { name?: unknown } | null) => String(field?.name ?? ''))
    const itself = keep(type, space, record(types, names))
    const inside = spaceOf(type, space)
    for (const field of fields as (Record<string, unknown> | null)[])
      types.push((isBoundField(field) && boundOf(field?.type, mayHaveBytes)) || typeOf(field?.type, inside, depth + 1))
    return itself
  }

  function keep(type: Record<string, unknown>, space: string, known: AvroType): AvroType {
    const name = fullName(nameOf(type), spaceOf(type, space))
    if (named.has(name)) throw corrupt('avro: expected each name once')
    named.set(name, known)
    return known
  }

  function namedType(name: string, space: string): AvroType {
    const known = named.get(fullName(name, space)) ?? named.get(name)
    if (known === undefined) throw corrupt('avro: expected a type that is known')
    return known
  }
}

/** Bytes, or these and null; undefined: a type that it is, under the number and name of a bound. */
function boundOf(schema: unknown, mayBeBytes: boolean): AvroType | undefined {
  if (schema === 'bytes') return bound(mayBeBytes)
  const isOptional = Array.isArray(schema) && schema.every((each) => each === 'null' || each === 'bytes')
  return isOptional ? union(schema.map((each) => (each === 'null' ? nothing : bound(mayBeBytes)))) : undefined
}

const primitiveOf = (name: string) => (Object.hasOwn(primitives, name) ? primitives[name] : undefined)

const fullName = (name: string, space: string) => (name.includes('.') || space === '' ? name : `${space}.${name}`)

/** The namespace of what is inside of a named type. */
function spaceOf(type: Record<string, unknown>, outer: string): string {
  const name = nameOf(type)
  if (name.includes('.')) return name.slice(0, name.lastIndexOf('.'))
  return typeof type.namespace === 'string' ? type.namespace : outer
}

function nameOf(type: Record<string, unknown>): string {
  if (typeof type.name !== 'string') throw corrupt('avro: expected a name')
  return type.name
}

function fixedOf(type: Record<string, unknown>): AvroType {
  const size = type.size
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw corrupt('avro: expected a size')
  if (type.logicalType === 'decimal') return decimal(scaleOf(type), size)
  if (type.logicalType === 'uuid' && size === 16) return fixedUuid
  return type.logicalType === 'duration' && size === 12 ? duration : fixed(size)
}

function scaleOf(type: Record<string, unknown>): number {
  const scale = type.scale ?? 0
  if (typeof scale !== 'number' || !Number.isInteger(scale) || scale < 0 || scale > 300)
    throw corrupt('avro: expected a scale from 0 to 300')
  return scale
}

function textsOf(symbols: unknown): Uint8Array[] {
  if (!Array.isArray(symbols) || !symbols.every((each) => typeof each === 'string'))
    throw corrupt('avro: expected the symbols of an enumeration')
  return symbols.map((each: string) => Buffer.from(each))
}
