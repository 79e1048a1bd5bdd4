import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import tls from 'node:tls'
import { isInstalled } from './is-installed.ts'

/**
 * MiniStack: an implementation of the AWS APIs that is not ours (PyPI `ministack`), one process on loopback. Found by
 * `ODV_MINISTACK` or on the PATH. CI must have it; elsewhere a suite says that it was skipped. Its asymmetric KMS keys need
 * PyPI's `cryptography` beside it.
 */
const executable = process.env.ODV_MINISTACK ?? 'ministack'
const there = isInstalled(executable)

if (!there && process.env.CI === 'true')
  throw new Error(
    'ministack is not on this machine: CI needs it (pip install ministack cryptography, or ODV_MINISTACK)',
  )

export const withoutMinistack = !there

/** Behind the title of a suite that `describe.skipIf(withoutMinistack)` may skip. */
export const onMinistack = there
  ? 'on MiniStack'
  : 'on MiniStack (skipped: ministack is not on this machine; pip install ministack cryptography)'

/** What every client of the SDK is given to talk to the server. */
export type Loopback = {
  endpoint: string
  region: string
  credentials: { accessKeyId: string; secretAccessKey: string }
}

export type Ministack = Loopback & {
  /** The file of the certificate that a client has to trust, in a server that keeps the rules. */
  certificate?: string
  stop(): Promise<void>
}

const ownNode = join(import.meta.dirname, '../../node_modules/.bin')

/**
 * Starts one on a free port, empty. Functions run there as processes of the `node` that comes first on its PATH: the
 * project's own, as on Lambda. State machines do not wait, between retries neither, unless they are to (`waits`). `strict`: signatures are checked, every call of
 * a function is held against its role and against the policies of buckets and keys, and there is TLS, without which our
 * buckets refuse; otherwise everybody may do everything.
 */
export async function startMinistack(options: Options = {}): Promise<Ministack> {
  for (let attempts = 1; ; attempts++)
    try {
      return await start(options)
    } catch (error) {
      // Another server that starts at the same time may have taken its port.
      if (attempts === 3 || !(error instanceof Ended)) throw error
    }
}

type Options = { strict?: boolean; waits?: boolean }

class Ended extends Error {}

async function start({ strict = false, waits = false }: Options): Promise<Ministack> {
  const port = await freePort()
  const directory = mkdtempSync(join(tmpdir(), 'odv-ministack-'))
  const certificate = join(directory, 'ministack-tls/server.crt')
  const child = spawn(executable, [], {
    cwd: directory,
    env: {
      ...process.env,
      PATH: [ownNode, process.env.PATH].join(delimiter),
      HOME: directory,
      TMPDIR: directory,
      // Functions are unpacked into another directory each time, where nothing compiled is found again.
      NODE_COMPILE_CACHE: undefined,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      LOG_LEVEL: 'WARNING',
      SFN_WAIT_SCALE: waits ? '1' : '0',
      // Functions trust the server by the last one, whatever it was here.
      ...(strict && { AUTH: 'true', USE_SSL: '1', NODE_EXTRA_CA_CERTS: certificate }),
    },
    stdio: 'ignore',
    detached: true,
  })
  const endpoint = `${strict ? 'https' : 'http'}://127.0.0.1:${port}`
  if (strict) await until(child, async () => existsSync(certificate) && trust(certificate))
  await until(child, async () => (await fetch(`${endpoint}/_ministack/health`).catch(() => undefined))?.ok)
  return {
    endpoint,
    ...(strict && { certificate }),
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    async stop() {
      await stopGroup(child)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function until(child: ChildProcess, isUp: () => Promise<boolean | undefined>): Promise<void> {
  for (const end = Date.now() + 120_000; Date.now() < end; await pause(100)) {
    if (child.exitCode !== null) throw new Ended(`ministack: expected a server, got exit code ${child.exitCode}`)
    if (await isUp()) return
  }
  throw new Error('ministack: expected it to answer within two minutes')
}

/** Has this process trust a certificate, once it is written. */
function trust(file: string): boolean {
  const certificate = readFileSync(file, 'utf8')
  if (!certificate.includes('-----END CERTIFICATE-----')) return false
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), certificate])
  return true
}

/** The server and the processes that it started for functions. */
async function stopGroup(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  if (child.exitCode === null && child.pid) process.kill(-child.pid, 'SIGKILL')
  if (child.exitCode === null) await gone
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('port'))))
    })
  })
}
