import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { InputInvalid, UsageInvalid } from '../../errors.ts'
import { correctEntry } from '../../pipeline/correct-entry.ts'
import { signCheckpoint } from '../../pipeline/sign-checkpoint.ts'
import { openEmbedded } from '../embedded.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import type { Terminal } from '../terminal.ts'

export type CorrectOptions = { entry?: string; reasonFile?: string; approvedBy?: string; state: string; cwd: string }

/** `odv correct`: takes an entry of the log back, with the reason and who approved it; it is in the log and under a checkpoint then. */
export async function correctCommand(options: CorrectOptions, terminal: Terminal): Promise<ExitCode> {
  const { entry, reasonFile, approvedBy, state, cwd } = options
  if (entry === undefined || !/^\d{1,15}$/.test(entry))
    throw new UsageInvalid('correct: expected --entry N, the number of an entry in the log (custody.csv has them)')
  if (reasonFile === undefined) throw new UsageInvalid('correct: expected --reason-file FILE')
  const by = approvedBy?.trim()
  if (!by) throw new UsageInvalid('correct: expected --approved-by NAME, of a person who answers for it')
  const explanation = (
    await readFile(resolve(cwd, reasonFile), 'utf8').catch((cause: NodeJS.ErrnoException) => {
      throw new UsageInvalid(`--reason-file ${reasonFile}: expected a readable file, got ${cause.code}`, { cause })
    })
  )
    .replaceAll('\r\n', '\n')
    .trim()
  if (explanation === '') throw new UsageInvalid(`--reason-file ${reasonFile}: expected a reason in words, got none`)

  const { ports, close } = await openEmbedded({ state, cwd, exclusive: true })
  try {
    const corrected = await correctEntry(ports, { entry: Number(entry), explanation, approvedBy: by }).catch(
      (error) => {
        throw error instanceof InputInvalid ? new UsageInvalid(error.message, { cause: error }) : error
      },
    )
    await signCheckpoint(ports)
    const { seq, runId, corrects } = corrected
    terminal.emit({ kind: 'correction', entry: seq, run: runId, corrects })
    const store = corrects.storeId === undefined ? 'all its stores' : `store ${corrects.storeId}`
    terminal.print(`entry ${seq} takes back entry ${entry}: ${corrects.phase} of run ${runId}`)
    terminal.print(`${store}: what was verified in that run counts as incomplete from now on; a new run may verify it`)
    return exitCode.good
  } finally {
    await close()
  }
}
