import { textOfString } from './json-members.ts'

export const manifestFormats = ['csv', 'json-lines', 'lines', 'parquet'] as const

/** How a manifest of text is written; `delimiter` between the fields of CSV. */
export type ManifestFormat = { kind: 'csv'; delimiter: string } | { kind: 'json-lines' } | { kind: 'lines' }

const idNames = ['userid', 'user_id', 'id']
const timeNames = ['transferredat', 'transferred_at']

export const isIdName = (name: string): boolean => name === 'userId' || isOneOf(idNames, 'ui', name)
export const isTimeName = (name: string): boolean => name === 'transferredAt' || isOneOf(timeNames, 't', name)

/** What is done to somebody who is transferred, in the past. */
const transferred =
  'tran?s?ferr?ed|xferr?ed|migrated|relocated|moved|copied|synced|synchroni[sz]ed|replicated|uploaded|imported'
const settled =
  'completed?|confirmed|confirmation|verified|finished|succeeded|loaded|ingested|landed|delivered|exported|processed|sent|cutover'

/**
 * Whether a column may say when rows were transferred under another name (`transferedAt`, `transfer_date`, `migrated_on`, `confirmed_at`, `date`). To pass over
 * it would make every row a confirmed one, also those that it leaves empty.
 */
export const mayBeTimeName = (name: string): boolean =>
  (/tran?s?f|xfer|(?<!m)migrat|relocat|(?<!re)moved/i.test(name) &&
    /(?:ed|at|on|date|day|time|timestamp|utc)$|^(?:date|time)/.test(foldedName(name))) ||
  settling.test(foldedName(name))

const settling = new RegExp(
  `^(?:(?:is|was|has)?(?:been)?(?:${transferred}|${settled})(?:at|on|date|day|time|timestamp|utc)?|date|day|time|datetime|timestamp|ts|dt|when|at)$`,
)

/**
 * Whether a column may say of some rows that their transfer does not hold, whatever `transferredAt` says: `withdrawn_at`, `transferStatus`,
 * `migration_state`, `status`, `is_transferred`, `failed_at`; or that their data is not to be deleted: `in_scope`, `excluded`, `legal_hold`, `delete`, `eligible`. Nothing in it is
 * read, so that such rows would count as confirmed.
 */
export const mayTakeBack = (name: string): boolean => takingBack.test(foldedName(name))

const step =
  '(?:tran?s?f|xfer|migrat|relocat|moved?|moving|cop(?:y|ie)|sync|replicat|upload|import|batch|row|record|checksum|hash)[a-z]{0,20}'
const undone =
  'deferred|postponed|returned|repatriated|restored|withdrawn|withdrawal|revoked|revocation|revertt?ed|rolled?back|undone'
const outcome =
  'status|outcome|result|success(?:ful)?|succeeded|failed|failure|errors?|errorcode|errormessage|pending|cancell?ed|rejected|aborted|completed?|finished|confirmed|confirmation|verified|approved|valid|invalid|done|ok'
const excluding =
  '(?:in|outof)scope|excluded?|exclusion|omit(?:ted)?|skip(?:ped)?|ignored?|(?:legal|litigation|on)?hold|donotdelete|nodelete|(?:keep|kept|retain(?:ed)?|hold|held)(?:until)?|preserved?|(?:subjectto)(?:legal)?hold|donottransfer|exempt(?:ed|ion)?|(?:in)?eligible|opt(?:ed)?out|object(?:ed|ion)|blocked|suppress(?:ed)?|disputed?|included?|selected|delete|erase|purge|(?:to|may|can|should|must|do)(?:be)?(?:deleted?|erased?|purged?)|(?:delet|eras)able|(?:deletion|erasure)(?:allowed|approved|permitted|ok)'
const takingBack = new RegExp(
  `^(?:is|was|has)?(?:been)?(?:not|un|non)?(?:(?:${step})?(?:(?:${undone}|${outcome})(?:at|on|by|date|time|utc|reason|code)?)|${transferred}|${excluding})$|` +
    `${step}(?:${outcome}|state|flag|mismatch)$`,
)

/** Whether the value of a member (JSON as it is written) may hold the time of transfer further inside, where nobody reads it. */
export const mayHoldTime = (source: string): boolean => keysIn(source).some(mayBeTimeName)

const keysIn = (source: string): string[] =>
  source.startsWith('{') || source.startsWith('[')
    ? [...source.matchAll(/("(?:[^"\\]|\\.)*")\s*:/g)].map(([, key]) => textOfString(key!))
    : []

/** Whether a column is the one that manifests may have for whoever writes them, and that is not read. */
export const isBatchName = (name: string): boolean => foldedName(name) === 'batch'

/**
 * Whether a column may have the identifiers instead of the one called `id`, which may be of the row alone: those of an account, a customer or another person
 * (`customer_id`, `user`, `uuid`).
 */
export const mayBeIdBesideId = (name: string): boolean => personIds.test(foldedName(name))

const personIds =
  /^(?:account|customer|member|patient|person|subject|subscriber|user)s?(?:ids?|key|no|number|guid|uuid|ref)?$|^(?:client|contact|profile|sub)(?:id|key|no|number|guid|uuid)$|^(?:uid|guid|uuid|identifier)s?$/

/** The same of one called `userId` or `user_id`: another spelling of it, or several. */
export const mayBeIdBesideUserId = (name: string): boolean => /^userids?$/.test(foldedName(name))

/** Whether what is called so may be the number of a row, and no identifier of a person. */
export const isRowId = (name: string): boolean => name.trim().toLowerCase() === 'id'

/** Whether one of the names that are further inside of the value of a member (JSON as it is written), alone or behind the member's own, is such a name. */
export const isFurtherInside = (name: string, source: string, isOne: (name: string) => boolean): boolean =>
  keysIn(source).some((key) => isOne(key) || isOne(name + key))

/** In lower case, its letters and digits alone: whatever else is in it, also what nobody sees (`transferredAt (UTC)`, a zero width space). */
const foldedName = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/**
 * What columns of identifiers are called beside `isIdName`, as far as it is one word of letters, as an identifier may be: with `_`, `-`,
 * `.` or a space in it or not.
 */
export const isColumnName = (line: string): boolean => columnNames.has(foldedName(line.replace(/^"|"$/g, '')))

const columnNames = new Set(
  (
    'account accountid accountno accountnumber accounts client clientid contact contactid customer customerid customerno customernumber ' +
    'customers email emailaddress emails guid handle handles identifier identifiers ids login loginname mail mailaddress member memberid ' +
    'objectid person personid phone phonenumber profileid sub subject subjectid subjects uid useremail userids userguid username ' +
    'usernames users user useruuid uuid uuids'
  ).split(' '),
)

/** Most names are neither, which their first letter tells: `letters` has those that `names` begin with. */
function isOneOf(names: readonly string[], letters: string, name: string): boolean {
  const first = name.charCodeAt(0) | 0x20
  if (first >= 0x61 && first <= 0x7a && !letters.includes(String.fromCharCode(first))) return false
  return names.includes(name.trim().toLowerCase())
}

/**
 * Tells the format from the first line that is not empty:
 * 1. it begins with `{`: JSON Lines;
 * 2. one of its fields, cut at commas, semicolons or tabs, is `userId`, `user_id` or `id` in any case: the header of CSV;
 * 3. it is one JSON string: JSON Lines of strings;
 * 4. it holds a comma, semicolon or tab, or begins with `[`: refused, since no identifier does;
 * 5. it is such a header with `|`, colons or spaces between columns: refused;
 * 6. otherwise: plain lines, one identifier a line.
 */
export function formatOf(firstLine: string): ManifestFormat | { kind: 'unknown'; problem: string } {
  const line = firstLine.trim()
  if (line.startsWith('{')) return { kind: 'json-lines' }
  for (const delimiter of [',', ';', '\t'])
    if (line.split(delimiter).some((field) => isIdName(field.trim().replace(/^"(.*)"$/, '$1'))))
      return { kind: 'csv', delimiter }
  if (/^"(?:[^"\\]|\\.)*"$/.test(line)) return { kind: 'json-lines' }
  if (line.startsWith('['))
    return { kind: 'unknown', problem: 'expected JSON Lines, one object a line, got a JSON array' }
  if (/^sep=[,;\t]\s*$/i.test(line))
    return {
      kind: 'unknown',
      problem: 'expected a header in the first line, got a line for Excel (sep=): leave it out',
    }
  if (/[,;\t]/.test(line))
    return { kind: 'unknown', problem: 'expected a header with a column userId (or user_id, id)' }
  if (/[|: ]/.test(line) && line.split(/[|: ]+/).some(isIdName))
    return { kind: 'unknown', problem: 'expected commas, semicolons or tabs between columns, got another sign' }
  return { kind: 'lines' }
}
