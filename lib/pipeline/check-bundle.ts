import * as z from 'zod/mini'
import { NotKnown } from '../errors.ts'
import { verifyBundle } from '../export/verify-bundle.ts'
import type { Ports } from '../ports.ts'
import type { Verdict } from '../verdict/decide-verdict.ts'
import { bundlePrefix } from './export-selection.ts'
import { type ChainPorts, readKeyChains } from './keys/key-chains.ts'
import { exportId, parseInput } from './task-input.ts'

const checkInput = z.object({ exportId })

/**
 * Verifies an exported bundle as its reader will, from what is stored, before anybody gets it, and against all public
 * keys that this deployment ever signed with: a bundle that somebody put in its place is signed by others.
 * @throws BundleInvalid @throws NotKnown
 */
export async function checkBundle(
  ports: Pick<Ports, 'evidence'> & ChainPorts,
  input: unknown,
): Promise<{
  exportId: string
  files: number
  entries: number
  runs: number
  checks: number
  verified: number
  residual: number
  incomplete: number
  timestampsLeftOut: number
}> {
  const { exportId } = parseInput('check-bundle', checkInput, input)
  const prefix = bundlePrefix(exportId)
  const files = new Map<string, Uint8Array>()
  for await (const key of ports.evidence.list(prefix))
    files.set(key.slice(prefix.length), await ports.evidence.get(key))
  if (files.size === 0) throw new NotKnown(`export ${exportId}: expected a bundle, got none`)

  const chains = await readKeyChains(ports)
  const pinnedKeys = [...chains.attestation, ...chains.log].map(({ pem }) => pem)
  const { entries, runs, stores, checks, leftOut = [] } = verifyBundle(files, { pinnedKeys })
  const count = (verdict: Verdict) => stores.filter((store) => store.verdict === verdict).length
  return {
    exportId,
    files: files.size,
    entries,
    runs: runs.length,
    checks: checks.length,
    verified: count('verified'),
    residual: count('residual'),
    incomplete: count('incomplete'),
    timestampsLeftOut: leftOut.length,
  }
}
