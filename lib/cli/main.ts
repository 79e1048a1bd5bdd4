import { type ParseArgsConfig, parseArgs } from 'node:util'
import { OdvError, UsageInvalid } from '../errors.ts'
import { tool } from '../tool.ts'
import { ackCommand } from './commands/ack-command.ts'
import { demoCommand } from './commands/demo-command.ts'
import { exportCommand } from './commands/export-command.ts'
import { keysCommand } from './commands/keys-command.ts'
import { requestCommand } from './commands/request-command.ts'
import { runCommand } from './commands/run-command.ts'
import { scanCommand } from './commands/scan-command.ts'
import { statusCommand } from './commands/status-command.ts'
import { verifyCommand } from './commands/verify-command.ts'
import { type ExitCode, exitCode, exitCodeOfError } from './exit-code.ts'
import { commandHelp, generalHelp } from './help.ts'
import { defaultState, openTerminal, type Terminal } from './terminal.ts'

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const list = { type: 'string', multiple: true } as const

/** The options that a command knows; any other is a usage error. */
const options: Record<string, ParseArgsConfig['options']> = {
  run: {
    manifest: text,
    store: list,
    config: text,
    resume: text,
    'dry-run': flag,
    'no-wait': flag,
    nightly: flag,
    state: text,
  },
  scan: { manifest: text },
  status: { state: text },
  request: { out: text, state: text },
  ack: { file: text, state: text },
  export: { out: text, run: text, from: text, to: text, state: text },
  verify: { key: list, since: text },
  keys: { out: text, state: text },
  demo: {},
}

type Values = Record<string, string | boolean | string[] | undefined>

async function runCli(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<ExitCode> {
  const [command, ...rest] = argv
  if (command === undefined || command === '--help' || command === '-h' || command === 'help') {
    terminal.print(generalHelp)
    return command === undefined ? exitCode.usage : exitCode.good
  }
  if (command === '--version') {
    terminal.print(tool.version)
    return exitCode.good
  }
  const known = options[command]
  if (known === undefined) throw new UsageInvalid(`odv ${command}: expected a command, see odv --help`)
  const { values, positionals } = parseOptions(command, rest, known)
  if (values.help) {
    terminal.print(commandHelp[command])
    return exitCode.good
  }
  return callCommand(command, values, positionals, terminal, signal)
}

function parseOptions(command: string, args: readonly string[], known: ParseArgsConfig['options']) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...known, json: flag, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    }) as { values: Values; positionals: string[] }
  } catch (cause) {
    throw new UsageInvalid(`odv ${command}: ${(cause as Error).message}`, { cause })
  }
}

async function callCommand(
  command: string,
  values: Values,
  positionals: string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> {
  const cwd = process.cwd()
  const state = (values.state as string | undefined) ?? defaultState
  const named = <K extends string>(...names: K[]) =>
    Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]]))) as {
      [N in K]?: string
    }
  const only = (most: number, what: string) => {
    if (positionals.length > most)
      throw new UsageInvalid(`odv ${command}: expected ${what}, got ${positionals.length} arguments`)
  }
  const one = (what: string) => {
    only(1, what)
    if (positionals[0] === undefined) throw new UsageInvalid(`odv ${command}: expected ${what}`)
    return positionals[0]
  }
  switch (command) {
    case 'run':
      only(0, 'options only')
      return runCommand(
        {
          ...named('manifest', 'config', 'resume'),
          stores: (values.store as string[] | undefined) ?? [],
          trigger: values.nightly ? 'nightly' : 'on-demand',
          dryRun: values['dry-run'] === true,
          wait: values['no-wait'] !== true,
          state,
          cwd,
          signal,
        },
        terminal,
      )
    case 'scan':
      return scanCommand({ ...named('manifest'), paths: positionals, cwd, signal }, terminal)
    case 'status':
      only(1, 'at most one run')
      return statusCommand({ ...(positionals[0] !== undefined && { run: positionals[0] }), state, cwd }, terminal)
    case 'request':
      return requestCommand({ request: one('one request'), ...named('out'), state, cwd }, terminal)
    case 'ack':
      return ackCommand({ request: one('one request'), ...named('file'), state, cwd }, terminal)
    case 'export':
      only(0, 'options only')
      return exportCommand({ ...named('out', 'run', 'from', 'to'), state, cwd }, terminal)
    case 'verify':
      return verifyCommand(
        { bundle: one('one bundle'), keys: (values.key as string[] | undefined) ?? [], ...named('since'), cwd },
        terminal,
      )
    case 'keys':
      only(0, 'options only')
      return keysCommand({ ...named('out'), state, cwd }, terminal)
    default:
      only(1, 'at most one directory')
      return demoCommand({ directory: positionals[0] ?? 'odv-demo', cwd, signal }, terminal)
  }
}

const terminal = openTerminal({
  json: process.argv.includes('--json'),
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
})
// A reader that has seen enough (`| head`) must not end a run.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
const interruption = new AbortController()
process.once('SIGINT', () => interruption.abort())
process.once('SIGTERM', () => interruption.abort())

process.exitCode = await runCli(process.argv.slice(2), terminal, interruption.signal).catch((error: unknown) => {
  const code = exitCodeOfError(error)
  const message = error instanceof OdvError || code === exitCode.usage ? (error as Error).message : describeFault(error)
  terminal.warn(message.startsWith('odv') ? message : `odv: ${message}`)
  terminal.emit({ kind: 'error', error: error instanceof Error ? error.name : 'Error', message, exitCode: code })
  return code
})

/** A fault's name and where it happened. Its message is not ours: it could quote what was being read. */
function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown fault'
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  return [`internal fault: ${error.name} ${(error as NodeJS.ErrnoException).code ?? ''}`.trimEnd(), ...frames].join(
    '\n',
  )
}
