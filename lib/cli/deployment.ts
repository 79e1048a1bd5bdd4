import type { KeyKind } from '../attestation/key-chain.ts'
import type { Config } from '../config.ts'
import type { PassRef } from '../pipeline/evidence/evidence-keys.ts'
import type { Ports, PublicKeys, StartedMachine } from '../ports.ts'

/** Where the product runs, as commands see it. They do not know whether it is this machine or AWS. */
export type Deployment = {
  ports: DeploymentPorts
  /**
   * Runs a state machine to its end. An execution of that name that began before is gone on with, and keeps the input it
   * began with; without an `input` there has to be one. @throws NotKnown when there is none
   */
  execute(machine: MachineName, name: string, input: unknown, following: Following): Promise<Ended>
  /** Takes the answer to a request. */
  acknowledge(payload: AcknowledgePayload): Promise<unknown>
  /** Writes down a correction; see `proposeCorrection`. Errors have the name that they have there. */
  proposeCorrection(payload: CorrectionPayload): Promise<unknown>
  /** Whether there is a key of this number, which may not be in force yet. */
  hasKey(kind: KeyKind, number: number): Promise<boolean>
  /** Work done so far by the execution that is under way. */
  progress(): Progress
  /** Where a person finds a document. */
  locate(key: string): string
  words: Words
}

/** What commands read. They sign nothing and open no store. */
export type DeploymentPorts = Pick<Ports, 'evidence' | 'runState' | 'caseKey'> & {
  ledger: Pick<Ports['ledger'], 'find' | 'head' | 'checkpoints'>
  attestationSigner: PublicKeys
  logSigner: PublicKeys
}

export type MachineName = StartedMachine
export type CorrectionPayload = { entry: number; explanation: string; approvedBy: string }
export type AcknowledgePayload = { requestId: string; by: 'custodian'; certificateSha256?: string }

/** `findings`: absent where nobody counts them before the pass is settled. */
export type Progress = { listed: number; bytes: number; versions: number; findings?: number }

export type Words = {
  /** What has the runs: `this state directory`. */
  where: string
  /** What a command that is shown needs to find the same deployment: begins with a space, or is empty. */
  options: string
  interrupted: string
  goOn: string
}

export type Following = {
  signal: AbortSignal
  /** Whether to wait for custodians and restores, or to stop when nothing else is left to do. */
  wait: boolean
  onEvent(event: RunEvent): void
}

/**
 * How an execution ended, or why nobody waits for it any more. `error` is the name of what failed first; `message` is for
 * people. `unbegun`: interrupted before there was a run to go on with. `waiting`: every store that is not finished waits for its custodian or a restore. `lost`: it goes on, and cannot be seen.
 */
export type Ended =
  | { status: 'succeeded' }
  | { status: 'failed'; error: string; message: string }
  | { status: 'waiting' }
  | { status: 'interrupted' }
  | { status: 'unbegun' }
  | { status: 'lost'; error: unknown }

/** What can be seen of a run under way. What an event speaks of can be read in evidence and run state when it comes. */
export type RunEvent =
  | { kind: 'manifest'; runId: string }
  /** An authority did not timestamp the checkpoint: nothing depends on it. */
  | { kind: 'not-stamped'; authority: string; why: string }
  | { kind: 'failed'; task: string; error: Error; storeId?: string; pass?: number }
  | ({ ref: PassRef } & (
      | { kind: 'listing' }
      | { kind: 'planned'; versions: number; bytes: number }
      /** Archived versions: whether copies are asked for was decided, and they may be waited for. */
      | { kind: 'restoring' }
      | { kind: 'restored' }
      | { kind: 'scanning' }
      | { kind: 'settled' }
      | { kind: 'requested' }
      | { kind: 'waiting'; requestId: string }
      /** `versions`: how many more have been judged, and deleted or kept. */
      | { kind: 'deleting'; versions: number }
      | { kind: 'answered' }
    ))

/** One machine and its state directory, or a stage on AWS. */
export type Place = { kind: 'machine'; state: string; cwd: string } | { kind: 'aws'; stage?: string; region?: string }

/**
 * Opens the deployment for one command, and closes it. `create`: a state directory is made when there is none;
 * `exclusive`: at most one such command works on it at a time.
 * @throws NotKnown when there is none @throws RunBusy
 */
export async function withDeployment<T>(
  place: Place,
  options: { create?: boolean; exclusive?: boolean; config?: Config },
  use: (deployment: Deployment) => Promise<T>,
): Promise<T> {
  // Each side is loaded when it is wanted: one machine needs no client of AWS, and AWS no database.
  if (place.kind === 'aws') {
    const { toDeployment, withStage } = await import('./deployed/open-deployed.ts')
    return withStage(place, async (stage, shown) => use(toDeployment(stage, shown)))
  }
  const { openEmbedded } = await import('./embedded.ts')
  const deployment = await openEmbedded({ ...place, ...options })
  try {
    return await use(deployment)
  } finally {
    await deployment.close()
  }
}
