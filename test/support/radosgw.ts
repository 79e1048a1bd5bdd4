import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isInstalled } from './is-installed.ts'
import { freePort, type Loopback } from './ministack.ts'
import { once, onceDirectory } from './once.ts'

/**
 * Ceph's S3 gateway (Debian packages radosgw ceph-mon ceph-osd ceph-common), a real S3 on loopback; it starts as root only.
 * CI must have it; elsewhere a suite says that it was skipped.
 */
const there = ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph'].every(isInstalled)
const why = there ? (process.getuid?.() === 0 ? undefined : 'it starts as root only') : 'radosgw is not on this machine'

if (why !== undefined && process.env.CI === 'true') throw new Error(`radosgw: ${why}: CI needs it`)

export const withoutRadosgw = why !== undefined

/** Behind the title of a suite that `describe.skipIf(withoutRadosgw)` may skip. */
export const onRadosgw = why === undefined ? 'on Ceph radosgw' : `on Ceph radosgw (skipped: ${why})`

const script = fileURLToPath(new URL('radosgw.sh', import.meta.url))

/**
 * One server for all suites, since it takes 12 seconds to start: a bucket of one's own is as good. It is stopped when all tests have
 * ended (`test/support/global-setup.ts`).
 */
export async function startRadosgw(): Promise<Loopback & { stop(): Promise<void> }> {
  return {
    endpoint: await once('radosgw', start),
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'testsecret' },
    stop: async () => {},
  }
}

/** Ends it, where there is one. */
export function stopRadosgw(root: string): void {
  const started = onceDirectory('radosgw', root)
  if (existsSync(started))
    spawnSync('bash', [script, 'down'], {
      env: { ...process.env, RGW_DIR: join(started, 'ceph') },
      stdio: 'ignore',
      timeout: 60_000,
    })
}

async function start(directory: string): Promise<string> {
  const port = await freePort()
  const env = {
    ...process.env,
    RGW_DIR: join(directory, 'ceph'),
    RGW_PORT: String(port),
    RGW_MON_PORT: String(await freePort()),
    RGW_ACCESS_KEY: 'test',
    RGW_SECRET_KEY: 'testsecret',
  }
  const up = spawnSync('bash', [script, 'up'], { env, encoding: 'utf8', timeout: 180_000 })
  if (up.status !== 0) throw new Error(`${up.stdout}${up.stderr}`)
  return `http://127.0.0.1:${port}`
}
