import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageInvalid } from '../../errors.ts'
import { whatIsThere } from '../../local/what-is-there.ts'
import { type Place, withDeployment } from '../deployment.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import type { Terminal } from '../terminal.ts'

type Answer = { requestId: string; by: string; acknowledgedAt: string; first: boolean }

/** `odv ack`: the custodian's answer to a request; a certificate is pinned by its digest and not kept. */
export async function ackCommand(
  options: { request: string; file?: string; place: Place; cwd: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const certificateSha256 = options.file === undefined ? undefined : await digestOf(resolve(options.cwd, options.file))
  return withDeployment(options.place, {}, async (deployment) => {
    const answer = (await deployment.acknowledge({
      requestId: options.request,
      by: 'custodian',
      ...(certificateSha256 !== undefined && { certificateSha256 }),
    })) as Answer
    terminal.emit({
      kind: 'acknowledgement',
      request: answer.requestId,
      by: answer.by,
      acknowledgedAt: answer.acknowledgedAt,
      first: answer.first,
    })
    terminal.print(describe(answer))
    return exitCode.good
  })
}

function describe({ requestId, by, acknowledgedAt, first }: Answer): string {
  if (first)
    return `acknowledged ${requestId} at ${acknowledgedAt}; the store is scanned again before anything is believed`
  return by === 'deadline'
    ? `${requestId}: its deadline had passed without an answer, at ${acknowledgedAt}: this one comes too late`
    : `${requestId} was answered before, by the ${by}, at ${acknowledgedAt}: that answer stands`
}

async function digestOf(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageInvalid(`--file ${file}: expected a readable file, got ${whatIsThere(cause)}`, { cause })
  })
  return hash('sha256', bytes, 'hex')
}
