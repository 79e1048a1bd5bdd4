/**
 * Every error the product throws. Expected things (a corrupt backup, a missing acknowledgement) are values, not errors.
 * `name` is a literal because Step Functions matches on it and a minifier renames classes. A message reads
 * `where: what: expected X, got Y`, in lower case, without a full stop and never with an identifier in it.
 */
export abstract class OdvError extends Error {
  abstract override readonly name: string
}

/** The command line was used wrongly. Exit code 64. */
export class UsageInvalid extends OdvError {
  override readonly name = 'UsageInvalid'
}

/** The configuration is not acceptable. Exit code 64. */
export class ConfigInvalid extends OdvError {
  override readonly name = 'ConfigInvalid'
}

/** One row of a transfer manifest that cannot be used; `line` counts from 1. */
export type BadRow = { line: number; problem: string }

/** The transfer manifest is not acceptable; the first bad rows are listed, all are counted. Exit code 64. */
export class ManifestInvalid extends OdvError {
  override readonly name = 'ManifestInvalid'
  readonly badRows: readonly BadRow[]
  constructor(message: string, badRows: readonly BadRow[] = [], options?: ErrorOptions) {
    super([message, ...badRows.map((row) => `  line ${row.line}: ${row.problem}`)].join('\n'), options)
    this.badRows = badRows
  }
}

/** There is no manifest under this name. */
export class ManifestAbsent extends ManifestInvalid {}

/** A subject index is damaged, foreign, or sealed with another key. */
export class IndexInvalid extends OdvError {
  override readonly name = 'IndexInvalid'
}

/** A task was called with a payload that does not have its shape. */
export class InputInvalid extends OdvError {
  override readonly name = 'InputInvalid'
}

/** A store in the home country may hold the only copy: it is never scanned for deletion. Exit code 64. */
export class HomeCountryRefused extends OdvError {
  override readonly name = 'HomeCountryRefused'
}

/** A store cannot be reached at all; worth a retry. */
export class StoreUnavailable extends OdvError {
  override readonly name = 'StoreUnavailable'
}

/** A service that the deployment itself stands on (ledger, evidence, keys) does not answer or is overloaded; worth a retry. */
export class ServiceUnavailable extends OdvError {
  override readonly name = 'ServiceUnavailable'
}

/** Such a service refused a call: a right, a name or a limit is not as this deployment needs it. Never retried. */
export class ServiceRefused extends OdvError {
  override readonly name = 'ServiceRefused'
}

/** Something is larger than what the place that must keep or sign it can take. Never retried. */
export class TooLarge extends OdvError {
  override readonly name = 'TooLarge'
}

/**
 * What a batch holds takes longer than one call has, and a scan task reads it instead: `Catch` of ScanBatch sends it there.
 * Not a fault, and never retried: it ends a call without a report, so until the task has one the batch is not scanned.
 */
export class HandedOver extends OdvError {
  override readonly name = 'HandedOver'
}

/** That everybody in scope is transferred was asked too long ago to delete after: `Catch` asks again. Never retried. */
export class ScopeUnconfirmed extends OdvError {
  override readonly name = 'ScopeUnconfirmed'
}

/** Something is dated before what it follows, by more than clocks may differ: nothing that stands on it is signed. Never retried. */
export class ClocksDiffer extends OdvError {
  override readonly name = 'ClocksDiffer'
}

/** A medium failed in the middle of a version; the scan turns it into an outcome. */
export class ReadFailed extends OdvError {
  override readonly name = 'ReadFailed'
}

/** Evidence that an earlier step wrote is not there. */
export class EvidenceMissing extends OdvError {
  override readonly name = 'EvidenceMissing'
}

/** Evidence contradicts itself: the same name or identity with another content. Never retried. */
export class EvidenceConflict extends OdvError {
  override readonly name = 'EvidenceConflict'
}

/** The log's head moved while entries were appended; worth a retry. */
export class LogMoved extends OdvError {
  override readonly name = 'LogMoved'
}

/** The checkpoint signer refuses: the log does not follow from its last anchored checkpoint, or holds a bad entry. */
export class CheckpointRefused extends OdvError {
  override readonly name = 'CheckpointRefused'
}

/** A bundle does not hold; `check` names the check that failed. Exit code 1. */
export class BundleInvalid extends OdvError {
  override readonly name = 'BundleInvalid'
  readonly check: string
  constructor(check: string, message: string, options?: ErrorOptions) {
    super(`${check}: ${message}`, options)
    this.check = check
  }
}

/** A bundle would have held the identifier of somebody in scope. It says where, never whose; nothing was written. Exit code 1. */
export class IdentifierLeaked extends OdvError {
  override readonly name = 'IdentifierLeaked'
}

/** The search of a bundle for identifiers did not see all of it, or missed a control: nothing was written. */
export class GateBlind extends OdvError {
  override readonly name = 'GateBlind'
}

/** Text or bytes that a parser of ours does not accept (checkpoint, proof, envelope, key). */
export class FormatInvalid extends OdvError {
  override readonly name = 'FormatInvalid'
}

/** A signature or a Merkle proof does not hold. */
export class ProofInvalid extends OdvError {
  override readonly name = 'ProofInvalid'
}

/** Another run holds the state directory. Exit code 64. */
export class RunBusy extends OdvError {
  override readonly name = 'RunBusy'
}

/** No run, request or export of that name. Exit code 64. */
export class NotKnown extends OdvError {
  override readonly name = 'NotKnown'
}

/** One part of a request to the API that cannot be used: a JSON pointer into the body, `?`, or a header after `#`. */
export type BadField = { pointer: string; detail: string }

/** A request to the API does not have its shape. Names of fields are the caller's own: they are not in the message. */
export class RequestInvalid extends OdvError {
  override readonly name = 'RequestInvalid'
  readonly badFields: readonly BadField[]
  constructor(message: string, badFields: readonly BadField[]) {
    super(message)
    this.badFields = badFields
  }
}

/** A custodian answered after the deadline had, or after the verdict: the run has gone on without the answer. Exit code 64. */
export class AnsweredTooLate extends OdvError {
  override readonly name = 'AnsweredTooLate'
}

/** An execution of that name was started before, with another input. */
export class NameTaken extends OdvError {
  override readonly name = 'NameTaken'
}

/** A file that a command makes has no room, or may not be written. Exit code 70. */
export class NoRoom extends OdvError {
  override readonly name = 'NoRoom'
}

/** A key file is missing, damaged or readable by others. Exit code 64. */
export class KeyUnsafe extends OdvError {
  override readonly name = 'KeyUnsafe'
}

/** An adapter that this place needs is not part of the build. */
export class AdapterMissing extends OdvError {
  override readonly name = 'AdapterMissing'
}

/** A state machine uses a state, field or function that the interpreter does not know. */
export class MachineUnsupported extends OdvError {
  override readonly name = 'MachineUnsupported'
}
