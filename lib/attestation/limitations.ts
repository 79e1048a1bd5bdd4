/**
 * What every statement admits in plain words. `containers` are those of the run's scan, `forms` says in words in which
 * forms beside plain text identifiers were looked for, `hashed` in which hashed ones, `unproven` those of them
 * whose salt nothing proves, and `left` in which that are known they were not. `isPadded`: some are numbers that begin with zeros.
 * `isExact`: some have letters, whose case counts. What holds for one store is in `limitationsOfStore`, and what for the run alone in `limitationsOfRun`.
 */
export function limitationsOf({
  containers,
  forms,
  hashed = [],
  unproven = [],
  left,
  sliceBytes,
  isPadded = false,
  isExact = false,
}: {
  containers: readonly string[]
  forms: readonly string[]
  hashed?: readonly string[]
  unproven?: readonly string[]
  left: readonly string[]
  /** Objects of more bytes are scanned in slices of so many, unless they are containers whose parts nobody lists. */
  sliceBytes: number
  isPadded?: boolean
  isExact?: boolean
}): string[] {
  return [
    'A signature proves who said what and when, not that it is true.',
    'Only the stores that are listed were looked at. Copies that a storage provider keeps internally follow its own timetable.',
    `Identifiers were looked for as maximal runs of their own characters in UTF-8 text, plain or inside ${listOf(containers)}, ` +
      'also right behind an escape (backslash, percent, syslog, terminal colours); in object names, user metadata and tags, between dots, hyphens and underscores as well.',
    ...(forms.length > 0
      ? [
          `Looked for in content were also identifiers that are ${forms.join('; ')}; and one of these inside of another.`,
        ]
      : []),
    ...(left.length > 0 ? [`Not looked for were identifiers that are ${left.join('; ')}.`] : []),
    ...(hashed.length > 0
      ? [
          `Digests that stand for identifiers (${hashed.join('; ')}) were looked for too, where one stands between characters that are none of its own.`,
        ]
      : []),
    `Identifiers in any other form (${hashed.length > 0 ? 'hashed otherwise or cut off' : 'hashed'}, ` +
      'binary, encrypted, in another encoding, encoded more than twice, or split by line folding, markup or characters without width) were not looked for.',
    ...unproven.map((each) => `Nothing showed that the salt of this is the one that was used: ${each}.`),
    ...(isPadded
      ? [
          'Identifiers that are numbers and begin with zeros were looked for with all of these, and not where they were lost.',
        ]
      : []),
    ...(isExact
      ? [
          'Identifiers with letters, domains of e-mail addresses included, were looked for in the case in which the manifest has them, and in no other. The digits of UUIDs were in any case.',
        ]
      : []),
    'Content in any other format is counted as unverified and never as clean.',
    `Text, Parquet, ORC, zip, and text in blocks of BGZF or frames of zstd, of more than ${sliceBytes} bytes was scanned in slices of no more than that, cut where nothing that was looked for can lie across; of such an object there is no digest of the whole, and at most one of the bytes that each slice read.`,
    'Bytes of a bucket were compared with the checksum that S3 keeps of the whole object, or of its parts, where there is one and their sizes can be had; other bytes are believed as they came over TLS, from the listed version and ETag.',
  ]
}

const listOf = (names: readonly string[]) => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** Where a store's objects are copied to: buckets of which the run has no store, or that it was not told. */
export type CopiesOfStore = { elsewhere: readonly string[]; isUnknown: boolean }

/** What a statement about the whole run admits beside that. `leftOut`: stores of the configuration that the run was begun without. */
export function limitationsOfRun({
  leftOut,
  copies = [],
}: {
  leftOut: readonly string[]
  copies?: readonly (CopiesOfStore & { storeId: string })[]
}): string[] {
  const elsewhere = copies.flatMap((each) => each.elsewhere.map((bucket) => `${bucket} (from ${each.storeId})`))
  const unknown = copies.flatMap(({ storeId, isUnknown }) => (isUnknown ? [storeId] : []))
  return [
    ...(leftOut.length > 0 ? [`${leftOutStart}${someOf(leftOut)}.`] : []),
    ...(elsewhere.length > 0 ? [`${copiedStart}${someOf(elsewhere, shownBuckets)}.`] : []),
    ...(unknown.length > 0 ? [`${copiesUntold} Of: ${someOf(unknown)}.`] : []),
  ]
}

const leftOutStart = 'The configuration has stores that this run left out, and nothing is said about them: '
const copiedStart = 'Rules copy objects to buckets of which this run has no store, and nothing is said about them: '
const copiesUntold = 'Whether rules copy objects to other buckets was not told.'

/** As many as a text of a statement has room for: of stores, and of buckets with those that they are copied from. */
const [shownStores, shownBuckets] = [100, 50]
const someOf = (names: readonly string[], most = shownStores) =>
  `${names.slice(0, most).join(', ')}${names.length > most ? ' and others' : ''}`

/** What statements about a run admit of stores that it was begun without, or that it does not have, as `limitationsOfRun` has it. */
export const leftOutTexts = (limitations: readonly string[]): string[] =>
  limitations.filter((each) => [leftOutStart, copiedStart, copiesUntold].some((start) => each.startsWith(start)))

/** In which ways was looked for whoever was looked for: what statements admit, but for numbers of the run. What was not restored is unverified, and where a store or its copies lie is no way of looking. */
export const waysOf = (limitations: readonly string[]): string[] =>
  limitations.filter(
    (each) =>
      each !== placeUntold && ![restoreStart, copiedStart, copiesUntold].some((start) => each.startsWith(start)),
  )

const restoreStart = 'Before pass '

/** Of a directory: what its path is nobody else could tell from another one, and it may name people. */
export const placeUntold =
  'Where a directory lies is not said: that it held the backups that were promised, and in every run the same, is for whoever ran this to show.'

/** How the archived versions of one pass were restored, if they were. `restored` is not known where that failed. */
export type RestoredVersions = {
  tier: string
  days: number
  asked: boolean
  versions: number
  restored: number | undefined
}

/**
 * What a statement about one store admits beside that. `allTags`: the tags of every version were asked for. `picturesMayBeClean`: its configuration
 * takes that nobody looks at them.
 */
export function limitationsOfStore({
  isBucket,
  allTags,
  picturesMayBeClean,
  copies = { elsewhere: [], isUnknown: false },
  restores,
}: {
  isBucket: boolean
  allTags: boolean
  picturesMayBeClean: boolean
  /** Of a bucket that was asked. */
  copies?: CopiesOfStore
  /** By pass, as far as they are known. */
  restores: readonly (RestoredVersions & { pass: number })[]
}): string[] {
  const shown = picturesMayBeClean
    ? ['What pictures show was not looked at: one counts as clean where nobody was found in all else that it holds.']
    : []
  if (!isBucket) return [placeUntold, ...shown]
  return [
    ...shown,
    allTags
      ? 'The tags of every version were asked for.'
      : 'Tags that the policy of the bucket hides from the reading role for single objects only were not looked at.',
    ...(copies.elsewhere.length > 0 ? [`${copiedStart}${someOf(copies.elsewhere, shownBuckets)}.`] : []),
    ...(copies.isUnknown ? [copiesUntold] : []),
    ...restores.map((restore) => `${restoreStart}${restore.pass}, ${restoredText(restore)}`),
  ]
}

function restoredText({ asked, versions, restored, tier, days }: RestoredVersions): string {
  if (!asked)
    return `none of ${versions} archived versions was restored, since that would have cost more than the run may spend.`
  return restored === undefined
    ? `restoring ${versions} archived versions (${tier}, for ${days} days) did not come to its end: those of which there was a copy were read; the others count as archived.`
    : `${restored} of ${versions} archived versions were restored (${tier}, for ${days} days) and read as temporary copies; the others count as archived.`
}
