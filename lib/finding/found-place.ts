import type { Finding } from './finding.ts'

/** Where somebody was found in an object version: a finding without saying whom. */
export type FoundPlace = Omit<Finding, 'seq' | 'tag'>

export function toFoundPlace({ place, path, record, offset, form, where }: Finding): FoundPlace {
  return { place, path, record, offset, ...(form !== undefined && { form }), ...(where !== undefined && { where }) }
}

/** A place in words: `member 3, line 17, field user.id, byte 1834`. There is nothing in them but numbers and what a place has. */
export function describePlace(found: FoundPlace): string {
  switch (found.place) {
    case 'content':
      return inContent(found)
    case 'key':
      return 'in its name'
    case 'metadata':
      return 'in its user metadata'
    case 'tags':
      return 'in its tags'
    default:
      return found.place satisfies never
  }
}

/** What is counted in a path and worth telling; all else of it says how something was stored. */
const counted =
  /^(?:page|object|member|folder|part|row-group|stripe|record-batch|dictionary-batch|column|between|value|data|blob|record|extra)-[0-9]+$/

function inContent({ path, record, offset, form, where = {} }: FoundPlace): string {
  const { field, isName, column, columnName, table, tableName, sheet, sheetName, valueKind, cell, rowid } = where
  const named = (what: string, number: number, name?: string) =>
    `${what} ${number}${name === undefined ? '' : ` (${name})`}`
  const parts = [
    ...path.filter((name) => counted.test(name)).map((name) => name.replaceAll('-', ' ')),
    sheet !== undefined && named('sheet', sheet, sheetName),
    cell !== undefined && `cell ${cell}`,
    valueKind !== undefined && `in a ${valueKind.replace('-', ' ')}`,
    table !== undefined && named('table', table, tableName),
    rowid !== undefined && `row ${rowid}`,
    cell === undefined && rowid === undefined && `${lineOf(path)} ${record}`,
    column !== undefined && named('column', column, columnName),
    field !== undefined && `${isName === true ? 'the name of ' : ''}field ${field}`,
    `byte ${offset}`,
    form !== undefined && `as ${form}`,
  ]
  return parts.filter((part) => part !== false).join(', ')
}

/** What a line of a content stands for. */
function lineOf(path: readonly string[]): string {
  const last = path.at(-1) ?? ''
  if (/^column-[0-9]+$/.test(last) || last === 'dictionary') return last === 'dictionary' ? 'entry' : 'value'
  return last === 'records' || last === 'rows' ? 'record' : 'line'
}
