import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The command line as a child process: what a user types, and what comes back. */

export const program = fileURLToPath(new URL('../../lib/cli/odv.mjs', import.meta.url))

export type Ended = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }

/** A command under way. `ended` never rejects; `kill` ends it at once, as a power cut would. */
export type Started = { child: ChildProcess; ended: Promise<Ended>; kill(signal?: NodeJS.Signals): void }

/** `env`: instead of what this process has of AWS. */
export function startOdv(cwd: string, args: readonly string[], env: Record<string, string> = {}): Started {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (chunk) => stdout.push(chunk))
  child.stderr.on('data', (chunk) => stderr.push(chunk))
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) =>
      resolve({
        code,
        signal,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    ),
  )
  return { child, ended, kill: (signal = 'SIGKILL') => void child.kill(signal) }
}

export const odv = (cwd: string, ...args: string[]): Promise<Ended> => startOdv(cwd, args).ended

/** The options by which a bundle of this place is held against its keys. */
export async function pinsOf(cwd: string): Promise<string[]> {
  await odv(cwd, 'keys', '--out', 'pins')
  return ['attestation-p256', 'log-ed25519'].flatMap((name) => ['--key', `pins/${name}.pub.pem`])
}

export type JsonLine = { kind: string } & Record<string, unknown>

/** Standard output of `--json`: every line has to be an object with a `kind`. */
export function jsonLines({ stdout }: Pick<Ended, 'stdout'>): JsonLine[] {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const value = JSON.parse(line) as JsonLine
      if (typeof value?.kind !== 'string') throw new Error(`expected a line with a kind, got ${line}`)
      return value
    })
}

export const linesOf = (ended: Pick<Ended, 'stdout'>, kind: string) =>
  jsonLines(ended).filter((line) => line.kind === kind)

/** The verdict of each store, as `odv run --json` says it. */
export const verdictsOf = (ended: Pick<Ended, 'stdout'>) =>
  Object.fromEntries(linesOf(ended, 'verdict').map(({ store, verdict }) => [store, verdict]))
