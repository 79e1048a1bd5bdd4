import type { Sink } from '../decode/sink.ts'
import { csvRecords } from '../manifest/csv-records.ts'
import { jsonMembers, textOfValue } from '../manifest/json-members.ts'
import { textLines } from '../manifest/text-lines.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { isNameOfKeys } from './keys-around.ts'
import { nestedOwner } from './nested-owner.ts'
import { isNestedName, isSameName } from './owner-names.ts'
import { partLines } from './part-lines.ts'
import { pendingPeople, watchForPending } from './pending-people.ts'
import { createRoundedOwners } from './rounded-owners.ts'

/**
 * `pending`: the identifiers of the manifest whose transfer is not confirmed (`pendingIndexOf`); undefined: it has none. `remaining`: where the lines
 * of everybody else are pushed; undefined: a version that has any is kept.
 */
export type OwnerRule = {
  owner: string
  isTransferred: (text: string) => boolean
  pending: SubjectIndex | undefined
  remaining?: Sink | undefined
}

/** Gives up on the version; never returns. */
export type Keep = (reason: string) => never

/** Where a version's content is pushed. `complete`: how many records are of subjects, and of others; none before the content ended. */
export type OwnedRecords = Sink & { complete(): { owned: number; others: number } }

/** Checks the owner of every record of a content, CSV or JSON Lines, a line each; the first byte tells which. What else is checked, is of the records of subjects alone. */
export function ownedRecords(rule: OwnerRule, keep: Keep): OwnedRecords {
  const count = { owned: 0, others: 0 }
  let ended = false
  let parser: Sink | undefined
  const rounded = createRoundedOwners()
  const { pending, remaining } = rule
  const isOwned: Checks['isOwned'] = (text, kind, line) => {
    const owned = rule.isTransferred(text) === true
    if (!owned && remaining === undefined) keep('it holds a record of somebody who is not in the transfer manifest')
    if (kind === 'number') rounded.look(text)
    count[owned ? 'owned' : 'others'] += 1
    lines?.settle(line, owned)
    return owned
  }
  const keepPending = () => keep('it has a record that names somebody whose transfer is not confirmed as well')
  const watch = pending && watchForPending(pending, 'records', keepPending)
  const namesPending = pending ? pendingPeople((text) => pending.isListed(text)) : () => false
  const checkNames = (text: string): void => {
    if (namesPending(text)) keepPending()
  }
  const lines = remaining && partLines({ stays: remaining, goes: watch }, keep)
  let unsure: string | undefined
  const checks: Checks = {
    isOwned,
    header(line, names) {
      lines?.settle(line, false)
      // Of a version that goes as a whole it goes as well.
      if (lines !== undefined) watch?.write(Buffer.from(`${names.join(',')}\n`))
    },
    unsure: (reason) => {
      unsure ??= reason
    },
    checkNames,
    keep,
  }
  return {
    async write(bytes) {
      if (bytes.length === 0) return
      if (lines === undefined) watch?.write(bytes)
      lines?.take(bytes)
      parser ??= bytes[0] === 0x7b ? jsonRecords(rule.owner, checks) : csvOwners(rule.owner, checks)
      await parser.write(bytes)
      await lines?.pass()
    },
    async end() {
      if (lines === undefined) await watch?.end()
      await parser?.end()
      await lines?.end()
      if (unsure !== undefined && count.others > 0) keep(unsure)
      if (rounded.areAll()) keep('its owners are numbers that may all have lost their last digits')
      ended = true
    },
    complete: () => (ended ? count : { owned: 0, others: 0 }),
  }
}

const nested = 'it has a record that names an owner further inside as well'

/**
 * What is held against each record; each may give up on the version. `kind`: whether a program may have taken its owner for a number. `unsure`: why lines may not be whole
 * records with their fields in order, which matters where some go and others stay.
 */
type Checks = {
  isOwned(text: string, kind: 'number' | 'text', line: number): boolean
  header(line: number, names: readonly string[]): void
  unsure(reason: string): void
  checkNames(text: string): void
  keep: Keep
}

function jsonRecords(owner: string, { isOwned, checkNames, keep }: Checks): Sink {
  const [isSame, isNested, isOfKeys] = [isSameName(owner), isNestedName(owner), isNameOfKeys(owner)]
  const holdsOwner = nestedOwner(owner)
  return textLines((text, line) => {
    const members = text === undefined ? undefined : jsonMembers(text)
    if (members === undefined) return keep('it is JSON Lines with a line that is not an object')
    const owners = members.filter(({ key }) => isSame(key))
    if (owners.length !== 1 || owners[0]!.key !== owner)
      return keep('it has a record that does not name its owner exactly once')
    const value = textOfValue(owners[0]!.source)
    if (value === undefined) return keep('it has a record whose owner is neither text nor a whole number')
    if (!isOwned(value, owners[0]!.source.startsWith('"') ? 'text' : 'number', line)) return
    const others = members.filter((member) => member !== owners[0])
    if (
      others.some(({ key, source }) => isNested(key) || holdsOwner(key) || holdsOwner(source) || isOfKeys(key, source))
    )
      keep(nested)
    checkNames(text!)
  })
}

function csvOwners(owner: string, { isOwned, header: takeHeader, unsure, checkNames, keep }: Checks): Sink {
  const [isSame, isNested, isOfKeys] = [isSameName(owner), isNestedName(owner), isNameOfKeys(owner)]
  const holdsOwner = nestedOwner(owner)
  let header: { names: readonly string[]; owner: number } | undefined
  const columns = new Set<string>()
  /** As the header of another table may be, with another name for its owner. */
  const isMostlyNames = (fields: readonly string[]) => {
    let found = 0
    for (const field of fields) if (columns.has(field)) found += 1
    return found > 0 && 2 * found >= fields.length
  }
  return csvRecords(',', (found) => {
    if (found.kind === 'broken') return keep('it is not valid CSV or JSON Lines')
    const { fields, line } = found
    if (header === undefined) {
      const owners = fields.flatMap((name, index) => (isSame(name) ? [index] : []))
      if (owners.length !== 1 || fields[owners[0]!] !== owner)
        return keep('it is neither JSON Lines nor CSV with a header that names the owner exactly once')
      if (fields.some((name) => isNested(name) || holdsOwner(name))) return keep(nested)
      fields.forEach(checkNames)
      header = { names: fields, owner: owners[0]! }
      for (const name of fields) if (name !== '') columns.add(name)
      return takeHeader(line, fields)
    }
    if (fields.length !== header.names.length) return keep('it is CSV with a row that has other fields than the header')
    // To a writer that does not quote, quotes that open on one line and close on another enclose other people's rows.
    if (fields.some((field) => /[\r\n]/.test(field))) return keep('it is CSV with a field of more than one line')
    if (fields.some(isSame) || isMostlyNames(fields)) unsure('it has a row that may be a second header')
    if (fields.at(-1)!.endsWith('\\')) unsure('it has a row that may go on behind its line end')
    if (!isOwned(fields[header.owner]!, 'number', line)) return
    const { names } = header
    if (fields.some((field, at) => holdsOwner(field) || isOfKeys(names[at]!, field))) keep(nested)
    fields.forEach(checkNames)
  })
}
