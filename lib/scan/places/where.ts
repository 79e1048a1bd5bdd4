import type { FormatPlace, Numbered, Step, ValueKind } from '../../decode/format-place.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { redactKey } from '../names/redact-key.ts'
import { isFieldName } from './field-words.ts'

/**
 * Where in its content a finding is, as the content's format counts: the field of a JSON value or a record (`user.id`, `items[3].#2`, where
 * `#2` is the second member, and `isName` says that it is in that member's name), the column of a table, the cell of a sheet, what kind of value of Redis it is in. Names are
 * there only if they are made of everyday words of programs; everything else is a number.
 */
export type Where = {
  field?: string
  isName?: true
  column?: number
  columnName?: string
  table?: number
  tableName?: string
  sheet?: number
  sheetName?: string
  valueKind?: ValueKind
  cell?: string
  rowid?: string
}

/** Deeper ones are not told. */
export const deepestField = 32

/** A place with only what may be shown; absent where that is nothing. */
export function toWhere(place: FormatPlace, index: SubjectIndex): Where | undefined {
  const { field, isName, column, table, sheet, valueKind, cell, rowid } = place
  const where: Where = {
    ...(field !== undefined &&
      field.length > 0 &&
      field.length <= deepestField && { field: formatField(field, index) }),
    ...(isName === true && { isName }),
    ...(column && numbered('column', column, index)),
    ...(table && numbered('table', table, index)),
    ...(sheet && numbered('sheet', sheet, index)),
    ...(valueKind !== undefined && { valueKind }),
    ...(cell !== undefined && { cell }),
    // A row may be known by the identifier itself.
    ...(rowid !== undefined && redactKey(rowid, index) === rowid && { rowid }),
  }
  if (where.field === undefined) delete where.isName
  return Object.keys(where).length === 0 ? undefined : where
}

function numbered(what: 'column' | 'table' | 'sheet', { number, name }: Numbered, index: SubjectIndex): Where {
  return { [what]: number, ...(name !== undefined && isShown(name, index) && { [`${what}Name`]: name }) }
}

/** Words that nobody is called by may be somebody's name together (`sales.team`): then all of them are numbers. */
function formatField(steps: readonly Step[], index: SubjectIndex): string {
  const text = joined(steps, ({ name, member }) => (isShown(name, index) ? name : `#${member}`))
  return redactKey(text, index) === text ? text : joined(steps, ({ member }) => `#${member}`)
}

type Member = Exclude<Step, { item: number }>

function joined(steps: readonly Step[], nameOf: (member: Member) => string): string {
  let text = ''
  for (const step of steps) text += 'item' in step ? `[${step.item}]` : `${text === '' ? '' : '.'}${nameOf(step)}`
  return text
}

/** Nobody's name: made of words that programs give to fields, and no identifier in any scope of ours. */
function isShown(name: string, index: SubjectIndex): boolean {
  return isFieldName(name) && redactKey(name, index) === name
}
