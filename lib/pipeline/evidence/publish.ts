import { createHash, hash } from 'node:crypto'
import { EvidenceConflict } from '../../errors.ts'
import type { Draft, Evidence, LargeEvidence } from '../../ports.ts'

/** Writes a large document to a draft and publishes that: what it is written from is given back before it is sent anywhere. */
export async function publish<T>(
  largeEvidence: LargeEvidence,
  key: string,
  write: (sink: Draft['write']) => T,
): Promise<{ written: T; stored: Awaited<ReturnType<Draft['publish']>> }> {
  const draft = await largeEvidence.draft()
  try {
    const written = write(draft.write)
    return { written, stored: await draft.publish(key) }
  } finally {
    await draft.discard()
  }
}

/** The same of one that has to be what an earlier try wrote. @throws EvidenceConflict when another document has the key */
export async function publishSame<T>(
  largeEvidence: LargeEvidence,
  key: string,
  write: (sink: Draft['write']) => T,
): Promise<T> {
  const sum = createHash('sha256')
  const { written, stored } = await publish(largeEvidence, key, (sink) =>
    write((bytes) => {
      sum.update(bytes)
      sink(bytes)
    }),
  )
  requireSame(key, stored.sha256, sum.digest('hex'))
  return written
}

/** @throws EvidenceConflict when another document has the key */
export async function putSame(evidence: Evidence, key: string, body: Uint8Array | string): Promise<void> {
  requireSame(key, (await evidence.put(key, body)).sha256, hash('sha256', body, 'hex'))
}

function requireSame(key: string, stored: string, written: string): void {
  if (stored !== written) throw new EvidenceConflict(`${key}: expected what was stored before, got something else`)
}
