import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageInvalid } from '../../errors.ts'
import { whatIsThere } from '../../local/what-is-there.ts'
import type { Proposed } from '../../pipeline/propose-correction.ts'
import { type Place, withDeployment } from '../deployment.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { tellFailed } from '../tell-failed.ts'
import type { Terminal } from '../terminal.ts'

export type CorrectOptions = {
  entry?: string
  reasonFile?: string
  approvedBy?: string
  place: Place
  cwd: string
  signal: AbortSignal
}

/** `odv correct`: takes an entry of the log back, with the reason and who approved it; it is in the log and under a checkpoint then. */
export async function correctCommand(options: CorrectOptions, terminal: Terminal): Promise<ExitCode> {
  const { entry, reasonFile, approvedBy, place, cwd, signal } = options
  if (entry === undefined || !/^\d{1,15}$/.test(entry))
    throw new UsageInvalid('correct: expected --entry N, the number of an entry in the log (custody.csv has them)')
  if (reasonFile === undefined) throw new UsageInvalid('correct: expected --reason-file FILE')
  const by = approvedBy?.trim()
  if (!by) throw new UsageInvalid('correct: expected --approved-by NAME, of a person who answers for it')
  const explanation = (
    await readFile(resolve(cwd, reasonFile), 'utf8').catch((cause: NodeJS.ErrnoException) => {
      throw new UsageInvalid(`--reason-file ${reasonFile}: expected a readable file, got ${whatIsThere(cause)}`, {
        cause,
      })
    })
  )
    .replaceAll('\r\n', '\n')
    .trim()
  if (explanation === '') throw new UsageInvalid(`--reason-file ${reasonFile}: expected a reason in words, got none`)

  return withDeployment(place, { exclusive: true }, async (deployment) => {
    const words = { entry: Number(entry), explanation, approvedBy: by }
    const propose = async () =>
      (await deployment.proposeCorrection(words).catch((error: Error) => {
        throw error.name === 'InputInvalid' ? new UsageInvalid(error.message, { cause: error }) : error
      })) as Proposed
    const { runId } = await propose()
    const name = `correction-${entry}-${Date.now()}`
    const following = { signal, wait: true, onEvent() {} }
    const ended = await deployment.execute('correct-entry', name, { runId, entry: words.entry }, following)
    if (ended.status === 'failed') return tellFailed(ended, terminal, 'odv')
    if (ended.status === 'lost') throw ended.error
    if (ended.status !== 'succeeded') {
      terminal.warn('correct: interrupted; type it again to see that it is in the log')
      return exitCode.interrupted
    }
    // Now that it is in the log, the list of runs is told.
    const { seq, ...corrects } = await propose()
    terminal.emit({ kind: 'correction', entry: seq, run: runId, corrects })
    const store = corrects.storeId === undefined ? 'all its stores' : `store ${corrects.storeId}`
    terminal.print(`entry ${seq} takes back entry ${entry}: ${corrects.phase} of run ${runId}`)
    terminal.print(`${store}: what was verified in that run counts as incomplete from now on; a new run may verify it`)
    return exitCode.good
  })
}
