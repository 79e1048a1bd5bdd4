import type { KeyProtection } from './attestation/statement.ts'
import type { Config } from './config.ts'
import type { CaseKey, Evidence, LargeEvidence, Manifests } from './ports/evidence.ts'
import type {
  Anchor,
  AttestationSigner,
  Authorities,
  KeyRetirement,
  Ledger,
  LogSigner,
  Timestamps,
} from './ports/log.ts'
import type { Events, Executions, RunState, TaskTokens } from './ports/runs.ts'
import type { StoreDeletions, Stores } from './ports/store.ts'

/**
 * What the pipeline needs from the outside. Each port is small and says what it guarantees; one contract suite per
 * port (`test/contracts/`) runs on every adapter. Unless said otherwise, a fault throws (the state machine retries)
 * and every call may be repeated safely.
 */

export type * from './ports/evidence.ts'
export type * from './ports/log.ts'
export type * from './ports/runs.ts'
export type * from './ports/store.ts'
export { restoreRefusals } from './ports/store.ts'

/** The moment, and randomness from the operating system. */
export type Clock = () => Date

export type Random = (bytes: number) => Uint8Array

/** Counts work as it is done, for progress and metrics. Never fails, never blocks. */
export interface Meter {
  add(done: { listed?: number; bytes?: number; versions?: number; findings?: number }): void
}

/** The configuration in force now; a run pins the one it began with. @throws ConfigInvalid */
export interface Configuration {
  read(): Promise<Config>
}

/** Every port by its name. A task takes only those of its duty: `Pick<Ports, 'evidence' | 'stores'>`. */
export type Ports = {
  clock: Clock
  random: Random
  meter: Meter
  /** How long one call of a task may take here, in seconds; infinity: as long as it takes. */
  callSeconds: number
  /** Memory of the function that scans, in MB, with which its share of a processor comes; infinity: all that there is. */
  scanMemory: number
  /** Whether what one call cannot read is read by a scan task, which has more time. */
  handsOver: boolean
  /** Whether a core of this machine has nothing to do just now, so that a second thread can decode ahead of the first. */
  hasSpareCore: () => boolean
  configuration: Configuration
  manifests: Manifests
  evidence: Evidence
  largeEvidence: LargeEvidence
  caseKey: CaseKey
  stores: Stores
  storeDeletions: StoreDeletions
  runState: RunState
  taskTokens: TaskTokens
  executions: Executions
  events: Events
  ledger: Ledger
  anchor: Anchor
  timestamps: Timestamps
  authorities: Authorities
  attestationSigner: AttestationSigner
  logSigner: LogSigner
  keyRetirement: KeyRetirement
  keyProtection: KeyProtection
  tool: { name: string; version: string; buildSha256: string; sourceCommit?: string }
  /** The Region of AWS that tasks run in; empty on one machine. */
  region: string
  /** The ARN of the execution that is a run; absent on one machine. */
  executionOf?: (runId: string) => string
}
