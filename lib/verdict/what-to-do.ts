import type { UnverifiedReason } from '../decode/unverified.ts'

const quiet = 'something wrote to the store meanwhile: run when nobody does, or over a snapshot of it'
const again =
  'run again; if it says so again, this program or its machine is at fault, and nothing it calls clean counts'
const binary =
  'binary content, in which identifiers may hide: export it in a format that is read (see odv formats), have it deleted, or move it to a store of its own, so that it keeps no other data from being verified'

const ofUnverified: Record<UnverifiedReason, string> = {
  'access-denied':
    'give the account that runs this the right to read them, and to list directories, and "requesterPays" to a bucket whose reader pays; archived copies have to be restored',
  'read-error': 'check the medium or the network, and run again',
  changed: quiet,
  disappeared: quiet,
  'special-file': 'devices, sockets and pipes are no backup: have them removed',
  'symbolic-link': 'have the link removed; list what it points to as a store of its own if that is outside of this one',
  'invalid-name': 'have them renamed to names in UTF-8',
  'multipart-upload':
    'have the upload ended: by a lifecycle rule of the bucket, or "abortUploads" where it is named after a subject',
  archived: 'have them restored: "restore" of the store in odv.json',
  truncated: 'the backup was cut off: have it made anew, or deleted',
  corrupt: 'the backup is damaged: have it made anew, or deleted',
  encrypted: 'have them stored without encryption of their own, or deleted',
  dictionary: 'have them compressed anew without a dictionary',
  limit: 'have them unpacked, or split into smaller ones (odv formats has the limits)',
  'unsupported-format':
    'convert them to a format that is read (see odv formats), have them deleted, or move them to a store of their own, so that they keep no other data from being verified',
  'trailing-data': 'have the archive made anew, without what stands behind its end',
  picture:
    'if nobody’s data is in what they show, say so ("picturesMayBeClean" of the store in odv.json), or have them deleted',
  'not-text': binary,
  opaque: binary,
  'invalid-utf8': binary,
  'lossy-number': 'have the table exported anew with identifiers as text: these numbers have lost digits',
  'fixed-width': 'have the fields exported with something in between, as in CSV',
  'control-missed': again,
  'second-opinion': again,
  'not-scanned':
    'the scan did not get there: mend what its failure names, where it has one, and run again; have versions that end each call that reads them deleted, or move them to a store of their own',
  'size-differs': quiet,
  'not-listed': quiet,
  contradictory: again,
}

const clock = 'a clock was set while the run went on, or goes wrong: set it, and run again'

/** Other reasons of a verdict, by what stands before their colon, or as they are. */
const ofOthers: Record<string, string> = {
  'appeared while scanning': quiet,
  'positive controls': again,
  'negative controls': again,
  'second opinion': again,
  mounts: 'mount them again, and run again',
  'mounted over':
    'look at what lies below what was mounted; mount before a run what belongs to the store, and run again',
  listings: again,
  times: clock,
  'failure: ClocksDiffer in ConfirmScopeAgain': clock,
  'failure: ClocksDiffer in AttestScan': clock,
}

/**
 * What somebody can do about a reason of a verdict (`not-text: 3 object versions`) so that the next run may verify the store.
 * Undefined where the reason says it, or nobody can do anything. It promises no verdict.
 */
export function whatToDo(reason: string): string | undefined {
  const code = reason.slice(0, reason.indexOf(':'))
  if (Object.hasOwn(ofUnverified, code)) return ofUnverified[code as UnverifiedReason]
  const known = [reason, code].find((each) => Object.hasOwn(ofOthers, each))
  return known === undefined ? undefined : ofOthers[known]
}

/** The same for all reasons of a verdict: each advice once, with the codes that it is about. */
export function allToDo(reasons: readonly string[]): { codes: string[]; advice: string }[] {
  const known = reasons.flatMap((reason) => {
    const advice = whatToDo(reason)
    return advice === undefined ? [] : [{ code: reason.slice(0, reason.indexOf(':')), advice }]
  })
  return [...Map.groupBy(known, ({ advice }) => advice)].map(([advice, same]) => ({
    codes: same.map(({ code }) => code),
    advice,
  }))
}
