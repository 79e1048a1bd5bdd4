import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort, type Loopback } from './ministack.ts'

/**
 * DynamoDB Local: AWS's own, in memory. `ODV_DYNAMODB_LOCAL` names the directory of its archives, which Maven fills
 * (dynamodb-local.xml says how); it needs Java 17. CI must have it; elsewhere a suite says that it was skipped.
 */
const archives = resolve(process.env.ODV_DYNAMODB_LOCAL ?? '')
const there = process.env.ODV_DYNAMODB_LOCAL !== undefined && existsSync(archives)

if (!there && process.env.CI === 'true')
  throw new Error('DynamoDB Local is not on this machine: CI needs it (test/support/dynamodb-local.xml)')

export const withoutDynamodbLocal = !there

/** Behind the title of a suite that `describe.skipIf(withoutDynamodbLocal)` may skip. */
export const onDynamodbLocal = there
  ? 'on DynamoDB Local'
  : 'on DynamoDB Local (skipped: not on this machine; see test/support/dynamodb-local.xml, then ODV_DYNAMODB_LOCAL)'

/** Starts one on a free port, empty. */
export async function startDynamodbLocal(): Promise<Loopback & { stop(): Promise<void> }> {
  const port = await freePort()
  const directory = mkdtempSync(join(tmpdir(), 'odv-dynamodb-'))
  const main = 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner'
  const child = spawn(
    'java',
    [
      `-Djava.library.path=${archives}`,
      '-cp',
      join(archives, '*'),
      main,
      '-inMemory',
      '-disableTelemetry',
      '-port',
      String(port),
    ],
    { cwd: directory, stdio: 'ignore' },
  )
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const endpoint = `http://127.0.0.1:${port}`
  for (const end = Date.now() + 120_000; ; await pause(200)) {
    if (child.exitCode !== null) throw new Error(`DynamoDB Local: expected a server, got exit code ${child.exitCode}`)
    // Any answer will do: it takes no request without a signature.
    if (await fetch(endpoint).catch(() => undefined)) break
    if (Date.now() > end) throw new Error('DynamoDB Local: expected it to answer within two minutes')
  }
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    async stop() {
      child.kill('SIGKILL')
      await gone
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
