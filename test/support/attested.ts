import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { parseEnvelope, verifyEnvelope } from '../../lib/attestation/envelope.ts'
import { identityOfStatement, parseStatement, type Statement } from '../../lib/attestation/statement.ts'
import { embeddedPorts } from '../../lib/cli/embedded-ports.ts'
import type { LocalPorts } from '../../lib/local/local-ports.ts'
import { stateDirectory } from '../../lib/local/state-directory.ts'
import { checkBundle } from '../../lib/pipeline/check-bundle.ts'
import { exportBundle } from '../../lib/pipeline/export-bundle.ts'

/** What a state directory attests, whoever made it and however often they were interrupted. */

/** Opens a state directory beside whatever else works on it. */
export async function withState<T>(root: string, work: (ports: LocalPorts) => Promise<T>): Promise<T> {
  const ports = embeddedPorts(stateDirectory(root), { config: undefined, meter: { add() {} } })
  try {
    return await work(ports)
  } finally {
    ports.close()
  }
}

/** Every statement of the log, in its order; each is signed, and none has the identity of another. */
export async function statementsOf(ports: LocalPorts): Promise<Statement[]> {
  const publicKey = await ports.attestationSigner.numbered(1).publicKey()
  const statements: Statement[] = []
  const { size } = await ports.ledger.head()
  for await (const { envelope, seq } of ports.ledger.entries(0, size)) {
    expect(seq).toBe(statements.length)
    verifyEnvelope(envelope, publicKey)
    statements.push(parseStatement(parseEnvelope(envelope).payload))
  }
  expect(statements).toHaveLength(size)
  const identities = statements.map(identityOfStatement)
  expect(new Set(identities).size).toBe(identities.length)
  return statements
}

/** The same for two runs over the same content: without times, the run's name, its controls, and digests of what holds these. */
function withoutChance(value: unknown, runId: string): unknown {
  return JSON.parse(
    JSON.stringify(value)
      .replaceAll(runId, 'RUN')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
      .replace(/\b[0-9a-f]{64}\b/g, 'DIGEST')
      .replace(/"scanMilliseconds":\d+/g, '"scanMilliseconds":0')
      .replace(/"secondsAfterAck":\d+/g, '"secondsAfterAck":0')
      // In how many ways a control can be written depends on its digits, and each run draws its own.
      .replace(/"planted":(\d+),"detected":\1,/g, '"planted":"ALL","detected":"ALL",')
      .replace(/"planted":\d+,"falseAlarms":0/g, '"planted":"SOME","falseAlarms":0')
      .replace(/"planted":"ALL","detected":"ALL","forms":\[[^\]]*\]/g, '"planted":"ALL","detected":"ALL","forms":"ALL"')
      .replace(/"versions":\d+,"bytes":\d+,"mismatches":0/g, '"versions":"SAMPLE"')
      .replace(/"versionId":"[a-p]+\.[a-p]+"/g, '"versionId":"VERSION"'),
  )
}

/**
 * The statements and documents of the one run in a state directory, comparable with those of another one, after an
 * export of it was verified as its reader would.
 */
export async function attestedIn(state: string) {
  return withState(state, async (ports) => {
    const [run, ...more] = await ports.runState.listRuns()
    expect(more).toEqual([])
    const { runId } = run!
    const statements = await statementsOf(ports)
    expect(statements.every(({ predicate }) => 'runId' in predicate && predicate.runId === runId)).toBe(true)
    expect((await ports.ledger.checkpoints()).at(-1)?.size).toBe(statements.length)
    const exportId = `check-${statements.length}`
    await exportBundle(ports, { exportId, selection: { runId } })
    await checkBundle(ports, { exportId })
    const documents = join(state, 'evidence/runs', runId)
    return {
      state: run!.state,
      statements: statements
        .map((statement) => withoutChance(statement, runId))
        .map((statement) => JSON.stringify(statement))
        .sort(),
      documents: readdirSync(documents, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\/(coverage|acknowledgement|request|open|report)\.json$/.test(name))
        .sort()
        .map((name) => [name, withoutChance(JSON.parse(readFileSync(join(documents, name), 'utf8')), runId)]),
    }
  })
}
