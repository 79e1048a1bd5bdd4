import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { DeletionRequest } from '../../deletion/request.ts'
import { NotKnown, UsageInvalid } from '../../errors.ts'
import { toListed } from '../../inventory/inventory-part.ts'
import { readDocument } from '../../pipeline/documents.ts'
import { passKey } from '../../pipeline/evidence-keys.ts'
import { readRequested } from '../../pipeline/request-deletion.ts'
import { caseKeysOf } from '../../subject-index/case-keys.ts'
import { type Place, withDeployment } from '../deployment.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { plural, type Terminal } from '../terminal.ts'

/**
 * `odv request`: a request as its custodian needs it, with exact names. This is the one place where names that hold
 * identifiers are opened: into a new file that only its owner reads, never onto the terminal.
 */
export async function requestCommand(
  options: { request: string; out?: string; place: Place; cwd: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const { request, out, cwd } = options
  if (out === undefined) throw new UsageInvalid('odv request: expected --out FILE')
  return withDeployment(options.place, {}, async ({ ports }) => {
    const record = await ports.runState.getRequest(request)
    if (record === undefined) throw new NotKnown(`request ${request}: expected a request of this deployment, got none`)
    const head = await readDocument<DeletionRequest>(ports, passKey(record, 'request.json'))
    const versions = await readRequested(ports, record)
    // Who may not read the case key gets a request all the same whose names hold no identifier.
    const isSealed = versions.some(({ sealedKey }) => sealedKey !== undefined)
    const { sealKey } = isSealed ? caseKeysOf(await ports.caseKey.read()) : { sealKey: new Uint8Array() }
    const lines = versions.map((requested) => {
      const { key, versionId, size, modifiedAt, protection } = toListed(requested, sealKey)
      const { sha256, findings, subjects, places } = requested
      return { key, versionId, size, modifiedAt, sha256, findings, subjects, protection, places }
    })
    const text = [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('')
    await writeFile(resolve(cwd, out), text, { mode: 0o600, flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
      throw new UsageInvalid(`--out ${out}: expected a new file, got ${cause.code}`, { cause })
    })
    terminal.emit({ kind: 'request', request, out: resolve(cwd, out), versions: lines.length })
    terminal.print(
      `${out}: the request and ${plural(lines.length, 'object version')}, one a line, with their exact names`,
    )
    terminal.print('names may hold identifiers: it is for the custodian only')
    return exitCode.good
  })
}
