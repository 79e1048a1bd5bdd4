import { jsonMembers, type Member, textOfValue } from './json-members.ts'
import {
  isFurtherInside,
  isIdName,
  isRowId,
  isTimeName,
  mayBeIdBesideId,
  mayBeIdBesideUserId,
  mayBeTimeName,
  mayHoldTime,
  mayTakeBack,
} from './manifest-format.ts'
import { mayBeId, mayBeTime, mayNotHold } from './name-problems.ts'

type JsonRow =
  | { kind: 'bare'; id: string; isText: boolean }
  | { kind: 'row'; id: string; isText: boolean; transferredAt: string | undefined }
  | { kind: 'malformed'; problem: string }

const malformed = (problem: string): JsonRow => ({ kind: 'malformed', problem })

/** Names of members are the same in most rows. */
const mostNames = 1000

export type NameKind = 'id' | 'time' | 'takes-back' | 'beside-user-id' | 'beside-id' | 'other'

function kindOf(name: string): NameKind {
  if (isIdName(name)) return 'id'
  if (isTimeName(name)) return 'time'
  if (mayTakeBack(name)) return 'takes-back'
  if (mayBeIdBesideUserId(name)) return 'beside-user-id'
  return mayBeIdBesideId(name) ? 'beside-id' : 'other'
}

/** What a name is; `names` are those that were looked at. */
function knownKindOf(name: string, names: Map<string, NameKind>): NameKind {
  const known = names.get(name)
  if (known !== undefined) return known
  const kind = kindOf(name)
  if (names.size < mostNames) names.set(name, kind)
  return kind
}

/** The row that a line of JSON is (`isText`: its identifier is a string); `names` are those of members that were looked at before. */
export function jsonRow(text: string, names: Map<string, NameKind>): JsonRow {
  const members = jsonMembers(text)
  if (members === undefined) {
    const id = bareValue(text.trim())
    return id === undefined
      ? malformed('expected a JSON object with userId, a string or a whole number')
      : { kind: 'bare', id, isText: text.includes('"') }
  }
  const [ids, times]: [Member[], Member[]] = [[], []]
  const asked = new Set<NameKind>()
  for (const member of members) {
    const { key, source } = member
    const kind = knownKindOf(key, names)
    if (kind === 'id') ids.push(member)
    else if (kind === 'time') times.push(member)
    else {
      asked.add(kind)
      if (isFurtherInside(key, source, mayTakeBack)) asked.add('takes-back')
      if (isFurtherInside(key, source, mayBeIdBesideId)) asked.add('beside-id')
    }
  }
  if (ids.length !== 1 || times.length > 1)
    return malformed('expected one key userId (or user_id, id) and at most one transferredAt')
  const id = textOfValue(ids[0]!.source)
  if (id === undefined) return malformed('expected userId to be a string or a whole number')
  const isText = ids[0]!.source.startsWith('"')
  const source = times[0]?.source
  if (source === undefined && members.some(({ key, source }) => mayBeTimeName(key) || mayHoldTime(source)))
    return malformed(mayBeTime)
  if (asked.has('takes-back')) return malformed(mayNotHold)
  if (asked.has('beside-user-id') || (asked.has('beside-id') && isRowId(ids[0]!.key))) return malformed(mayBeId)
  if (source === undefined) return { kind: 'row', id, isText, transferredAt: undefined }
  if (source === 'null') return { kind: 'row', id, isText, transferredAt: '' }
  if (!source.startsWith('"')) return malformed('expected transferredAt to be a string')
  return { kind: 'row', id, isText, transferredAt: textOfValue(source) }
}

function bareValue(source: string): string | undefined {
  try {
    JSON.parse(source)
  } catch {
    return undefined
  }
  return textOfValue(source)
}
