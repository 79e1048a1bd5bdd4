import { hash } from 'node:crypto'
import type { TimestampConfig } from '../config.ts'
import { OdvError, ProofInvalid } from '../errors.ts'
import { parseCheckpoint } from '../log/checkpoint.ts'
import type { Ports } from '../ports.ts'
import { formatCertificate, parseCertificates } from '../timestamp/certificate.ts'
import { formatQuery, formatResponse, nonceOf, tokenIn } from '../timestamp/query.ts'
import { verifyTimestamp } from '../timestamp/verify-timestamp.ts'
import { readRunConfig } from './evidence/documents.ts'
import { parseInput, runInput } from './task-input.ts'

/** By how much our clock and an authority's may differ. */
const clocksApart = 5 * 60_000

/** This role reads configurations and the anchor, and speaks to strangers: it can write timestamps and nothing else. */
export type StampCheckpointPorts = Pick<Ports, 'authorities' | 'clock' | 'evidence' | 'random' | 'timestamps'> & {
  anchor: Pick<Ports['anchor'], 'latest'>
}

/**
 * Has the last anchored checkpoint timestamped by every authority of the run's configuration that has not done so, all at the
 * same time. What is timestamped are the bytes of the signed note as they lie in `log/checkpoint`. An answer is kept only
 * if it holds. An authority that fails is named, and nothing else: a later checkpoint covers all entries of this one, and it is asked about that.
 *
 * The one durable step is `timestamps.add`. A crash before it leaves nothing, and repeating asks again; after it, the first
 * timestamp counts.
 */
export async function stampCheckpoint(
  ports: StampCheckpointPorts,
  input: unknown,
): Promise<{ size: number; kept: string[]; failed: { authority: string; why: string }[] }> {
  const { runId } = parseInput('stamp-checkpoint', runInput, input)
  const { timestamps: authorities = [] } = await readRunConfig(ports, runId)
  const note = authorities.length === 0 ? undefined : await ports.anchor.latest()
  if (note === undefined) return { size: 0, kept: [], failed: [] }
  const { size } = parseCheckpoint(note)
  const known = (await ports.timestamps.list()).flatMap((each) => (each.size === size ? each.authority : []))
  const asked = await Promise.all(
    authorities.filter(({ name }) => !known.includes(name)).map((authority) => stampOnce(ports, authority, note, size)),
  )
  return {
    size,
    kept: asked.flatMap(({ authority, why }) => (why === undefined ? authority : [])),
    failed: asked.flatMap(({ authority, why }) => (why === undefined ? [] : { authority, why })),
  }
}

async function stampOnce(
  ports: StampCheckpointPorts,
  { name: authority, url, certificate }: TimestampConfig,
  note: string,
  size: number,
): Promise<{ authority: string; why?: string }> {
  try {
    const bytes = Buffer.from(note)
    const nonce = nonceOf(ports.random(8))
    const from = ports.clock().getTime()
    const answer = await ports.authorities.ask(url, formatQuery({ sha256: hash('sha256', bytes, 'buffer'), nonce }))
    const to = ports.clock().getTime()
    const response = formatResponse(tokenIn(answer))
    const { time, authority: own } = verifyTimestamp(response, { bytes, nonce, pinned: parseCertificates(certificate) })
    if (time < from - clocksApart || time > to + clocksApart)
      throw new ProofInvalid(
        `timestamp: time: expected now, got ${Math.round((time - to) / 1000)} seconds from it by the clock of this machine`,
      )
    await ports.timestamps.add({ size, authority, response, certificate: formatCertificate(own) })
    return { authority }
  } catch (error) {
    // Whatever went wrong: what other errors say may quote what a stranger answered.
    return { authority, why: error instanceof OdvError ? error.message : `expected an answer, got ${nameOf(error)}` }
  }
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error)
